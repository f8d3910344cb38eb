//! The warning about a single bucket for everything.

use darkroom_contract::StorageSettings;

/// Warns if variants are in the raw bucket. A CDN or public policy for the variants would then also
/// serve raw objects and manifests.
pub(super) fn warn_of_single_bucket(storage: &StorageSettings) {
    if storage.has_single_bucket() {
        tracing::warn!(
            bucket = storage.raw_bucket,
            "raw photos and manifests share a bucket with the variants, so a CDN or public policy \
             for this bucket exposes them: set storage.media_bucket to a bucket of its own"
        );
    }
}
