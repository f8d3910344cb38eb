//! The state of a single upload.

use darkroom_cloud::ListedObject;
use darkroom_contract::{Manifest, ManifestVariant, Outcome};

use super::entry::{LoadedUpload, StoredManifest};
use super::inconsistency::{Inconsistency, InconsistencyCode as Code, Repair};
use super::rules::Rules;

const NOT_CONFIGURED: Repair = Repair::Manual {
    advice: "the profile is not configured: add it to the settings, or erase the upload",
};
const NO_SOURCE: Repair = Repair::Manual {
    advice: "the raw object is gone: restore it from a backup, or delete the upload",
};
const NEWER: Repair = Repair::Manual {
    advice: "the manifest is from a newer version of Darkroom: check it with that version",
};
const UPLOADED_AGAIN: Repair = Repair::Manual {
    advice: "the file may have been uploaded again after the deletion: if it was not, delete the \
             upload once more",
};

/// The state of an upload.
pub(super) enum State {
    /// It has an outcome or nothing at all, and every object that its manifest names exists.
    Consistent,
    /// It may change at any time.
    InProgress,
    Inconsistent(Vec<Inconsistency>),
}

impl Rules<'_> {
    /// Returns the state of an upload. `variants` are the objects below the prefix of its profile.
    pub(super) fn state(&self, upload: &LoadedUpload, variants: &[ListedObject]) -> State {
        let objects = &upload.objects;
        if let Some(tombstone) = &objects.tombstone {
            if self.is_recent(tombstone) {
                return State::InProgress;
            }
            if let Some(found) = unfinished_deletion(upload, tombstone) {
                return State::Inconsistent(vec![found]);
            }
        }
        match (&upload.manifest, &objects.raw, &objects.manifest) {
            (StoredManifest::Missing, Some(raw), _) if self.is_recent(raw) => State::InProgress,
            (StoredManifest::Missing, Some(raw), _) => {
                let detail = "the raw object has no manifest".to_owned();
                let repair = self.rendering(upload, false);
                State::Inconsistent(vec![inconsistency(
                    Code::MissingOutcome,
                    &raw.key,
                    upload,
                    detail,
                    repair,
                )])
            }
            // The manifest was deleted after it was listed.
            (StoredManifest::Missing, None, _) => State::InProgress,
            (StoredManifest::Unreadable(_), _, Some(object)) if self.is_recent(object) => {
                State::InProgress
            }
            (StoredManifest::Unreadable(unreadable), ..) => {
                let repair = match unreadable.is_newer {
                    true => NEWER,
                    false => self.rendering(upload, true),
                };
                let key = objects.key.manifest_key();
                let code = Code::UnreadableManifest;
                let detail = unreadable.detail.clone();
                State::Inconsistent(vec![inconsistency(code, &key, upload, detail, repair)])
            }
            (StoredManifest::Read(manifest), raw, _) => {
                self.outcome(upload, manifest, raw.as_ref(), variants)
            }
        }
    }

    /// Compares an outcome with the raw object and with the variants.
    fn outcome(
        &self,
        upload: &LoadedUpload,
        manifest: &Manifest,
        raw: Option<&ListedObject>,
        variants: &[ListedObject],
    ) -> State {
        let source = &manifest.source;
        if let Some(raw) = raw
            && raw.etag.as_ref().is_some_and(|etag| *etag != source.etag)
        {
            if self.is_recent(raw) {
                return State::InProgress;
            }
            let key = upload.objects.key.manifest_key();
            let detail = "the raw object was replaced after the manifest was written".to_owned();
            let repair = self.rendering(upload, false);
            let code = Code::StaleManifest;
            return State::Inconsistent(vec![inconsistency(code, &key, upload, detail, repair)]);
        }
        match &manifest.outcome {
            Outcome::Ready {
                variants: named, ..
            } => {
                let existing = variants.iter().chain(&upload.elsewhere);
                let named = named.iter().map(|variant| (variant.key.clone(), variant));
                self.compare_variants(upload, named, existing)
            }
            Outcome::InReview { .. } => self.in_review(upload, manifest),
            Outcome::Rejected { .. } | Outcome::Failed { .. } => State::Consistent,
        }
    }

    /// Compares the variants that a manifest names, each with its expected key, with the existing
    /// objects.
    pub(super) fn compare_variants<'a>(
        &self,
        upload: &LoadedUpload,
        named: impl Iterator<Item = (String, &'a ManifestVariant)>,
        existing: impl Iterator<Item = &'a ListedObject> + Clone,
    ) -> State {
        let found = named.filter_map(|(key, variant)| {
            let (code, detail) = match existing.clone().find(|object| object.key == key) {
                None => (
                    Code::MissingVariant,
                    "the manifest names this variant, but it does not exist".to_owned(),
                ),
                Some(object) if object.size != variant.bytes => (
                    Code::DamagedVariant,
                    format!(
                        "the variant has {} bytes, but its manifest states {}",
                        object.size, variant.bytes
                    ),
                ),
                Some(_) => return None,
            };
            let repair = self.rendering(upload, true);
            Some(inconsistency(code, &key, upload, detail, repair))
        });
        match found.collect::<Vec<_>>() {
            found if found.is_empty() => State::Consistent,
            found => State::Inconsistent(found),
        }
    }

    /// Returns the repair that renders an upload again, or the reason why that is impossible.
    pub(super) fn rendering(&self, upload: &LoadedUpload, force: bool) -> Repair {
        let has_source = upload.objects.raw.is_some();
        let is_known = self.store.profile(&upload.objects.key.profile).is_some();
        match (has_source, is_known) {
            (false, _) => NO_SOURCE,
            (true, false) => NOT_CONFIGURED,
            (true, true) => Repair::Enqueue { force },
        }
    }
}

/// Compares the times of a tombstone and of the other objects. A tombstone from before the raw
/// object has no effect, because the file was uploaded again.
fn unfinished_deletion(upload: &LoadedUpload, tombstone: &ListedObject) -> Option<Inconsistency> {
    let objects = &upload.objects;
    let is_older = |object: &ListedObject| object.last_modified < tombstone.last_modified;
    let repair = match (&objects.raw, &objects.manifest) {
        (Some(raw), _) if is_older(raw) => Repair::FinishDeletion,
        (None, Some(manifest)) if is_older(manifest) => Repair::FinishDeletion,
        (None, Some(_)) => UPLOADED_AGAIN,
        _ => return None,
    };
    let detail = "the upload was deleted, but some of its objects exist".to_owned();
    let code = Code::UnfinishedDeletion;
    Some(inconsistency(code, &tombstone.key, upload, detail, repair))
}

pub(super) fn inconsistency(
    code: Code,
    key: &str,
    upload: &LoadedUpload,
    detail: String,
    repair: Repair,
) -> Inconsistency {
    Inconsistency {
        code,
        key: key.to_owned(),
        upload: Some(upload.objects.key.clone()),
        detail,
        repair,
    }
}
