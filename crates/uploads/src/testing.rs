//! Manifests for the tests of this crate.

use std::collections::BTreeMap;

use darkroom_cloud::{ObjectInfo, PutOptions};
use darkroom_contract::{Manifest, ManifestSource, ManifestVariant, Outcome, OutcomeError, RawKey};
use darkroom_imaging::Placeholder;

pub(crate) const JSON: PutOptions<'_> = PutOptions {
    content_type: "application/json",
    cache_control: "no-cache",
};

pub(crate) fn failed(key: &RawKey, message: &str) -> Manifest {
    let error = OutcomeError {
        code: "unavailable".to_owned(),
        message: message.to_owned(),
    };
    manifest(key, "etag", Outcome::Failed { error })
}

pub(crate) fn ready(key: &RawKey, source: &ObjectInfo, variant_keys: &[String]) -> Manifest {
    let variants = variant_keys.iter().map(|key| ManifestVariant {
        name: "original".to_owned(),
        key: key.clone(),
        content_type: "image/webp".to_owned(),
        width: 1,
        height: 1,
        bytes: 1,
        sha256: String::new(),
        url: None,
    });
    let outcome = Outcome::Ready {
        variants: variants.collect(),
        placeholder: Placeholder {
            thumbhash: String::new(),
            dominant_color: String::new(),
        },
        perceptual_hashes: None,
        removed_metadata: Vec::new(),
    };
    manifest(key, &source.etag, outcome)
}

fn manifest(key: &RawKey, etag: &str, outcome: Outcome) -> Manifest {
    Manifest {
        version: Manifest::VERSION,
        id: key.id,
        profile: key.profile.clone(),
        owner: key.owner.clone(),
        outcome,
        source: ManifestSource {
            bucket: "raw".to_owned(),
            key: key.to_string(),
            etag: etag.to_owned(),
            version_id: None,
            bytes: 1,
            sha256: None,
            image: None,
        },
        review: None,
        responsive: None,
        metadata: BTreeMap::new(),
        crop: None,
        notes: Vec::new(),
        recipe: String::new(),
        finished_at: key.id.created_at(),
        render_ms: 0,
    }
}
