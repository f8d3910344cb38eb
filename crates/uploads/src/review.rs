//! Reviews: variants that are published only after a reviewer has approved their source.
//!
//! Until then, the variants are stored as review copies in the raw bucket, which is never public.
//! The name of a review copy is the digest of its bytes, so the link to one always leads to the
//! same bytes. A decision is an object too. It is written once and names the digest of the source,
//! so it never applies to a file that the reviewer has not seen.
//!
//! Only workers publish. The issuer or the command line writes the decision and then queues the
//! upload again. A worker reads the decision after it has written an `in_review` manifest, so a
//! decision takes effect whether it is written before or after that manifest.

use darkroom_contract::{Manifest, Outcome, Profile, RawKey, Review, ReviewDecision};
use darkroom_imaging::{
    MetadataKind, PerceptualHashes, Placeholder, Rejection, RejectionCode, RenderedVariant,
};
use futures_util::future::try_join_all;

use crate::review_copies::review_copies;
use crate::{StoreError, UploadStore};

/// The message of a rejection without a message of the reviewer.
const REJECTED: &str = "a reviewer rejected the image";

/// An image that has been rendered, and its source.
#[derive(Debug)]
pub struct RenderedUpload<'a> {
    /// The upload.
    pub key: &'a RawKey,
    /// Its profile.
    pub profile: &'a Profile,
    /// The SHA-256 of the source in lower-case hex.
    pub source_sha256: &'a str,
    /// The outcome that the upload has had so far, if there is one.
    pub previous: Option<&'a Manifest>,
    /// The rendered variants, in the order of the profile.
    pub variants: Vec<RenderedVariant>,
    /// The placeholder.
    pub placeholder: Placeholder,
    /// The perceptual hashes, if there are any.
    pub perceptual_hashes: Option<PerceptualHashes>,
    /// The kinds of metadata that were removed.
    pub removed_metadata: Vec<MetadataKind>,
}

impl UploadStore {
    /// Stores the variants of an upload, and returns its outcome and the review that led to it. The
    /// variants are published at once, or after an approval if the profile requires a review.
    ///
    /// An upload that was published before its profile required reviews stays published when the
    /// same file is rendered again.
    ///
    /// # Errors
    /// The error of the first call that failed. Without a decision that can be read, nothing is
    /// published.
    pub async fn write_outputs(
        &self,
        rendered: RenderedUpload<'_>,
    ) -> Result<(Outcome, Option<Review>), StoreError> {
        let RenderedUpload {
            key,
            profile,
            variants,
            placeholder,
            perceptual_hashes,
            removed_metadata,
            ..
        } = rendered;
        let is_published_already = rendered.previous.is_some_and(|previous| {
            matches!(previous.outcome, Outcome::Ready { .. })
                && previous.review.is_none()
                && previous.source.sha256.as_deref() == Some(rendered.source_sha256)
        });
        let review = match profile.review && !is_published_already {
            true => Some(self.review(key, rendered.source_sha256).await?),
            false => None,
        };
        Ok(match review {
            Some(None) => {
                let variants = self.write_review_copies(key, profile, variants).await?;
                let outcome = Outcome::InReview {
                    variants,
                    placeholder,
                    perceptual_hashes,
                    removed_metadata,
                };
                (outcome, None)
            }
            Some(Some(review)) if review.decision == ReviewDecision::Rejected => {
                (rejected(&review), Some(review))
            }
            review => {
                let variants = self.write_variants(key, profile, variants).await?;
                let outcome = Outcome::Ready {
                    variants,
                    placeholder,
                    perceptual_hashes,
                    removed_metadata,
                };
                (outcome, review.flatten())
            }
        })
    }

    /// Returns the decision that a worker still has to apply to this manifest: the manifest is in
    /// review, but a reviewer has decided.
    ///
    /// # Errors
    /// See [`review`](Self::review).
    pub async fn unapplied_review(
        &self,
        manifest: &Manifest,
    ) -> Result<Option<Review>, StoreError> {
        match &manifest.source.sha256 {
            Some(sha256) if manifest.outcome.is_in_review() => {
                self.review(&manifest.raw_key(), sha256).await
            }
            _ => Ok(None),
        }
    }

    /// Applies a decision to a manifest in review: publishes the variants, or removes them. Returns
    /// the new manifest, which is not written yet. Returns `None` if a review copy is missing or
    /// damaged, so that the source must be rendered again.
    ///
    /// # Errors
    /// The error of the first call that failed. This may be repeated.
    pub async fn apply_review(
        &self,
        manifest: &Manifest,
        review: Review,
    ) -> Result<Option<Manifest>, StoreError> {
        let Outcome::InReview {
            variants,
            placeholder,
            perceptual_hashes,
            removed_metadata,
        } = &manifest.outcome
        else {
            return Ok(Some(manifest.clone()));
        };
        let outcome = match review.decision {
            ReviewDecision::Approved => {
                let key = manifest.raw_key();
                let published = variants.iter().map(|it| self.publish_variant(&key, it));
                if try_join_all(published).await?.contains(&false) {
                    return Ok(None);
                }
                Outcome::Ready {
                    variants: variants.clone(),
                    placeholder: placeholder.clone(),
                    perceptual_hashes: *perceptual_hashes,
                    removed_metadata: removed_metadata.clone(),
                }
            }
            ReviewDecision::Rejected => {
                let copies: Vec<String> = review_copies(manifest).into_iter().collect();
                self.parts.raw.delete(&copies).await?;
                rejected(&review)
            }
        };
        Ok(Some(Manifest {
            outcome,
            review: Some(review),
            ..manifest.clone()
        }))
    }
}

fn rejected(review: &Review) -> Outcome {
    let message = review.message.as_deref().filter(|text| !text.is_empty());
    Outcome::Rejected {
        error: Rejection::new(RejectionCode::NotApproved, message.unwrap_or(REJECTED)),
    }
}

#[cfg(test)]
mod tests;
