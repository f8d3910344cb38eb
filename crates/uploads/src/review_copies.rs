//! Review copies: the variants of uploads in review, in the raw bucket.

use std::collections::BTreeSet;

use darkroom_cloud::{CloudError, CloudErrorKind, KillPoint, PutOptions, ReadError};
use darkroom_contract::{Manifest, ManifestVariant, Profile, RawKey, sha256_hex};
use darkroom_imaging::RenderedVariant;
use futures_util::future::try_join_all;

use crate::variants::describe;
use crate::{StoreError, UploadStore};

/// The `Cache-Control` header of a review copy. A rejected image must not stay in a cache.
pub(crate) const NO_STORE: &str = "no-store";

impl UploadStore {
    /// Deletes the review copies that nobody needs after `manifest` has replaced `previous`: those
    /// of `previous`, and those of `manifest` if it is no longer in review. Keeps every copy that
    /// `manifest` needs because it is in review.
    ///
    /// # Errors
    /// The error of the request to the store. This may be repeated.
    pub async fn delete_old_review_copies(
        &self,
        manifest: &Manifest,
        previous: Option<&Manifest>,
    ) -> Result<(), CloudError> {
        let previous = previous.filter(|previous| previous.outcome.is_in_review());
        let mut old = previous.map(review_copies).unwrap_or_default();
        if manifest.outcome.is_in_review() {
            old.retain(|copy| !review_copies(manifest).contains(copy));
        } else if manifest.review.is_some() {
            old.extend(review_copies(manifest));
        }
        let copies: Vec<String> = old.into_iter().collect();
        match copies.is_empty() {
            true => Ok(()),
            false => self.parts.raw.delete(&copies).await,
        }
    }

    pub(crate) async fn write_review_copies(
        &self,
        key: &RawKey,
        profile: &Profile,
        rendered: Vec<RenderedVariant>,
    ) -> Result<Vec<ManifestVariant>, CloudError> {
        let keys = profile.variant_keys(key).into_iter();
        let writes = keys.zip(rendered);
        let writes = writes.map(|(variant, image)| self.write_review_copy(key, variant, image));
        try_join_all(writes).await
    }

    async fn write_review_copy(
        &self,
        key: &RawKey,
        variant_key: String,
        rendered: RenderedVariant,
    ) -> Result<ManifestVariant, CloudError> {
        let (described, bytes) = describe(variant_key, rendered);
        let copy = key.review_copy_key(&described.sha256);
        let options = PutOptions {
            content_type: &described.content_type,
            cache_control: NO_STORE,
        };
        KillPoint::BeforeVariant(&described.name).pass();
        self.parts.raw.put(&copy, bytes, options).await?;
        KillPoint::AfterVariant(&described.name).pass();
        Ok(described)
    }

    /// Writes a review copy to the media bucket. Returns `false` if the copy is missing or damaged.
    pub(crate) async fn publish_variant(
        &self,
        key: &RawKey,
        variant: &ManifestVariant,
    ) -> Result<bool, StoreError> {
        let copy = key.review_copy_key(&variant.sha256);
        let bytes = match self.parts.raw.read(&copy, variant.bytes).await {
            Ok(Some(bytes)) if sha256_hex(&bytes) == variant.sha256 => bytes,
            Ok(_) | Err(ReadError::TooLarge { .. }) => return Ok(false),
            Err(ReadError::Cloud(error)) => return Err(error.into()),
        };
        self.put_variant(variant, bytes).await?;
        Ok(true)
    }

    /// Returns the keys of the review copies and decisions to delete together with an upload.
    /// Without `s3:ListBucket`, these are only the ones that the manifest names.
    pub(crate) async fn review_keys(
        &self,
        key: &RawKey,
        manifest: Option<&Manifest>,
    ) -> Result<Vec<String>, CloudError> {
        let has_review = self
            .profile(&key.profile)
            .is_none_or(|profile| profile.review)
            || manifest.is_some_and(|it| it.review.is_some() || it.outcome.is_in_review());
        if !has_review {
            return Ok(Vec::new());
        }
        let mut keys = Vec::new();
        if let Some(manifest) = manifest {
            keys.extend(review_copies(manifest));
            let source = manifest.source.sha256.iter();
            keys.extend(source.map(|sha256| key.review_decision_key(sha256)));
        }
        for prefix in [key.review_copies_prefix(), key.review_decisions_prefix()] {
            match self.parts.raw.list(&prefix, None).await {
                Ok(page) => keys.extend(page.objects.into_iter().map(|object| object.key)),
                Err(error) if error.kind == CloudErrorKind::Forbidden => {
                    tracing::debug!(prefix, %error, "cannot list the objects of a review");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(keys)
    }
}

/// Returns the keys of the review copies of the variants that a manifest names.
pub(crate) fn review_copies(manifest: &Manifest) -> BTreeSet<String> {
    let key = manifest.raw_key();
    let variants = manifest.outcome.variants().iter();
    variants
        .map(|variant| key.review_copy_key(&variant.sha256))
        .collect()
}
