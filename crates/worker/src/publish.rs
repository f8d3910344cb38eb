//! Writing what was made: every variant first, the manifest last.

use bytes::Bytes;
use darkroom_cloud::{Bucket, CloudError, CloudErrorKind, PutOptions, ReadError, S3Bucket};
use darkroom_contract::{Manifest, ManifestVariant, Profile, RawKey, sha256_hex};
use darkroom_imaging::RenderedVariant;
use darkroom_telemetry::metric;
use futures_util::future::try_join_all;

use crate::kill_point::KillPoint;

/// No manifest of ours comes near this.
const MAX_MANIFEST_BYTES: u64 = 1 << 20;
const MANIFEST: PutOptions<'_> = PutOptions {
    content_type: "application/json",
    cache_control: "no-cache",
};

/// Writes all variants at once and says what was written, in the profile's order.
pub(crate) async fn variants(
    media: &S3Bucket,
    profile: &Profile,
    upload: &RawKey,
    rendered: Vec<RenderedVariant>,
    cache_control: &str,
) -> Result<Vec<ManifestVariant>, CloudError> {
    let keys = profile.variant_keys(upload);
    let writes = keys.into_iter().zip(rendered);
    try_join_all(writes.map(|(key, variant)| put_variant(media, key, variant, cache_control))).await
}

async fn put_variant(
    media: &S3Bucket,
    key: String,
    variant: RenderedVariant,
    cache_control: &str,
) -> Result<ManifestVariant, CloudError> {
    let content_type = variant.format.content_type();
    let described = ManifestVariant {
        name: variant.name,
        content_type: content_type.to_owned(),
        width: variant.width,
        height: variant.height,
        bytes: variant.bytes.len() as u64,
        sha256: sha256_hex(&variant.bytes),
        url: None,
        key,
    };
    let options = PutOptions {
        content_type,
        cache_control,
    };
    KillPoint::BeforeVariant(&described.name).pass();
    media
        .put(&described.key, variant.bytes.into(), options)
        .await?;
    KillPoint::AfterVariant(&described.name).pass();
    metric::VARIANT_BYTES.add(described.bytes, []);
    Ok(described)
}

/// Writes the manifest, which makes the outcome known.
pub(crate) async fn manifest(media: &S3Bucket, manifest: &Manifest) -> Result<(), CloudError> {
    let key = manifest.raw_key().manifest_key();
    KillPoint::BeforeManifest.pass();
    media.put(&key, json(manifest)?, MANIFEST).await?;
    KillPoint::AfterManifest.pass();
    Ok(())
}

/// Writes the manifest unless there is one; says whether it did.
pub(crate) async fn first_manifest(
    media: &S3Bucket,
    manifest: &Manifest,
) -> Result<bool, CloudError> {
    let key = manifest.raw_key().manifest_key();
    media.put_if_absent(&key, json(manifest)?, MANIFEST).await
}

fn json(manifest: &Manifest) -> Result<Bytes, CloudError> {
    serde_json::to_vec(manifest)
        .map(Bytes::from)
        .map_err(|error| CloudError::new(CloudErrorKind::Invalid, "PutObject", error))
}

/// The manifest that is there. One that cannot be read is as good as none: it is written anew.
pub(crate) async fn current_manifest(
    media: &S3Bucket,
    upload: &RawKey,
) -> Result<Option<Manifest>, CloudError> {
    match media.read(&upload.manifest_key(), MAX_MANIFEST_BYTES).await {
        Ok(json) => Ok(json.and_then(|json| serde_json::from_slice(&json).ok())),
        Err(ReadError::TooLarge { .. }) => Ok(None),
        Err(ReadError::Cloud(error)) => Err(error),
    }
}
