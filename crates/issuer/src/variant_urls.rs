//! Where variants are served from.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{CloudError, PresignGetRequest, S3Bucket};
use darkroom_contract::{Access, Manifest, Outcome, Profiles, StorageSettings};

/// What a browser may keep and nobody in between: the address ends, the picture never changes.
const PRIVATE: &str = "private, max-age=31536000, immutable";

/// Gives every variant of a manifest its address.
#[derive(Debug)]
pub(crate) struct VariantUrls {
    /// A CDN or public bucket, without a slash at its end.
    base_url: Option<String>,
    media: S3Bucket,
    profiles: Arc<Profiles>,
    link_expiry: Duration,
}

impl VariantUrls {
    pub(crate) fn new(
        media: S3Bucket,
        profiles: Arc<Profiles>,
        storage: &StorageSettings,
        link_expiry: Duration,
    ) -> Self {
        let base_url = storage.media_base_url.as_deref();
        Self {
            base_url: base_url.map(|url| url.trim_end_matches('/').to_owned()),
            media,
            profiles,
            link_expiry,
        }
    }

    /// Every URL that addresses begin with.
    ///
    /// # Errors
    /// If the media bucket has no address.
    pub(crate) async fn places(&self) -> Result<Vec<&str>, CloudError> {
        let bucket = self.media.public_url().await?;
        Ok(self
            .base_url
            .as_deref()
            .into_iter()
            .chain([bucket])
            .collect())
    }

    /// Below the base URL if there is one and the profile is public, else a link that ends.
    async fn address(&self, key: &str, access: Access) -> Result<String, CloudError> {
        let cache_control = match (access, &self.base_url) {
            // Keys are made of names and ids, so nothing in them needs escaping.
            (Access::Public, Some(base)) => return Ok(format!("{base}/{key}")),
            (Access::Public, None) => None,
            (Access::Private, _) => Some(PRIVATE),
        };
        let request = PresignGetRequest {
            key,
            expires_in: self.link_expiry,
            cache_control,
        };
        self.media.presign_get(request).await
    }

    /// Fills in the `url` of every variant. A profile that is no longer there is private.
    pub(crate) async fn address_variants(&self, manifest: &mut Manifest) -> Result<(), CloudError> {
        let profile = self.profiles.get(&manifest.profile);
        let access = profile.map_or(Access::Private, |profile| profile.access);
        if let Outcome::Ready { variants, .. } = &mut manifest.outcome {
            for variant in variants {
                variant.url = Some(self.address(&variant.key, access).await?);
            }
        }
        Ok(())
    }
}
