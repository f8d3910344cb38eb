//! The creation of variant URLs.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{CloudError, PresignGetRequest, S3Bucket};
use darkroom_contract::{
    Access, Manifest, ManifestVariant, Outcome, Profiles, RawKey, ResponsiveImage, StorageSettings,
};

use crate::review_copies::NO_STORE;

/// The `Cache-Control` of private variants. Only browsers may cache them, because a shared cache
/// could go on serving them after the URL has expired. Browsers may cache a variant for a year,
/// because the bytes behind a URL never change.
const PRIVATE: &str = "private, max-age=31536000, immutable";
/// The number of hex digits of a variant's SHA-256 that its URL contains.
const VERSION_DIGITS: usize = 12;

/// The kind of reader that the URLs are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariantReader {
    /// Anyone who may read the status of the upload. Gets no URLs of variants in review.
    Client,
    /// A reviewer, an operator, or the receiver of webhooks.
    Reviewer,
}

/// A source of variant URLs. It is cheap to clone.
#[derive(Debug, Clone)]
pub struct VariantUrls {
    /// The URL of a CDN or public bucket, without a trailing slash.
    base_url: Option<String>,
    media: S3Bucket,
    /// The bucket of review copies.
    raw: S3Bucket,
    profiles: Arc<Profiles>,
    expires_in: Duration,
}

impl VariantUrls {
    /// Creates a source of URLs for the variants in `media` and the review copies in `raw`. If
    /// `storage.media_base_url` is set and the profile is public, a URL begins with it. All other
    /// URLs are presigned and valid for `expires_in`, or until the credentials expire if that is
    /// earlier.
    ///
    /// Every URL contains the beginning of the variant's SHA-256 as the query parameter `v`.
    /// Variants are served as immutable, so different bytes need a different URL.
    pub fn new(
        media: S3Bucket,
        raw: S3Bucket,
        profiles: Arc<Profiles>,
        storage: &StorageSettings,
        expires_in: Duration,
    ) -> Self {
        let base_url = storage.media_base_url.as_deref();
        Self {
            base_url: base_url.map(|url| url.trim_end_matches('/').to_owned()),
            media,
            raw,
            profiles,
            expires_in,
        }
    }

    /// Returns every prefix that a variant's URL may begin with.
    ///
    /// # Errors
    /// `Invalid` if no URL can be derived for the media bucket.
    pub async fn prefixes(&self) -> Result<Vec<&str>, CloudError> {
        let bucket = self.media.public_url().await?;
        let base_url = self.base_url.as_deref().into_iter();
        Ok(base_url.chain([bucket]).collect())
    }

    /// Fills in the `url` of every variant that `reader` may fetch, and the HTML of a ready image. If the profile no longer
    /// exists, the variants count as private.
    ///
    /// # Errors
    /// `Forbidden` if there are no credentials to sign with, or `Invalid` if no URL can be derived
    /// for the bucket.
    pub async fn fill_in(
        &self,
        manifest: &mut Manifest,
        reader: VariantReader,
    ) -> Result<(), CloudError> {
        let profile = self.profiles.get(&manifest.profile);
        let access = profile.map_or(Access::Private, |profile| profile.access);
        let key = manifest.raw_key();
        match (&mut manifest.outcome, reader) {
            (Outcome::Ready { variants, .. }, _) => {
                for variant in variants {
                    variant.url = Some(self.url(variant, access).await?);
                }
            }
            (Outcome::InReview { variants, .. }, VariantReader::Reviewer) => {
                for variant in variants {
                    variant.url = Some(self.review_url(&key, variant).await?);
                }
            }
            (Outcome::InReview { .. }, VariantReader::Client)
            | (Outcome::Rejected { .. } | Outcome::Failed { .. }, _) => {}
        }
        manifest.responsive = match &manifest.outcome {
            Outcome::Ready {
                variants,
                placeholder,
                ..
            } => ResponsiveImage::new(variants, placeholder).map(Box::new),
            _ => None,
        };
        Ok(())
    }

    async fn review_url(
        &self,
        key: &RawKey,
        variant: &ManifestVariant,
    ) -> Result<String, CloudError> {
        let request = PresignGetRequest {
            key: &key.review_copy_key(&variant.sha256),
            expires_in: self.expires_in,
            cache_control: Some(NO_STORE),
            version: None,
        };
        self.raw.presign_get(request).await
    }

    async fn url(&self, variant: &ManifestVariant, access: Access) -> Result<String, CloudError> {
        let ManifestVariant { key, sha256, .. } = variant;
        let version = sha256.get(..VERSION_DIGITS).unwrap_or(sha256);
        let cache_control = match (access, &self.base_url) {
            // Keys consist of names and ids, so nothing in them needs escaping.
            (Access::Public, Some(base)) => return Ok(format!("{base}/{key}?v={version}")),
            (Access::Public, None) => None,
            (Access::Private, _) => Some(PRIVATE),
        };
        let request = PresignGetRequest {
            key,
            expires_in: self.expires_in,
            cache_control,
            version: Some(version),
        };
        self.media.presign_get(request).await
    }
}

#[cfg(test)]
mod tests {
    use darkroom_cloud::{Connection, Endpoints};
    use serde_json::json;

    use super::*;
    use crate::MemoryStore;
    use crate::testing::ready;

    async fn url(base_url: Option<&str>, access: &str, sha256: &str) -> String {
        let storage = StorageSettings {
            media_base_url: base_url.map(str::to_owned),
            ..StorageSettings::default()
        };
        let endpoints = Endpoints {
            s3: "http://s3.internal:9000".to_owned(),
            sqs: "http://sqs.internal:9001".to_owned(),
            access_key: "AKID".to_owned(),
            secret_key: "secret".to_owned(),
            region: "eu-central-1".to_owned(),
        };
        let connection = Connection::from_endpoints(&endpoints, &storage).await;
        let [media, raw] = ["media", "raw"].map(|name| connection.bucket(name));
        let profile = json!({"avatar": {"prefix": "avatars", "access": access}});
        let profiles = serde_json::from_value(profile).unwrap();
        let urls = VariantUrls::new(
            media,
            raw,
            Arc::new(profiles),
            &storage,
            Duration::from_secs(60),
        );
        let (test, key) = (MemoryStore::new(), MemoryStore::new_key());
        let source = test.put(&key, "bytes");
        let mut manifest = ready(&key, &source, &["avatars/u1/x.webp".to_owned()]);
        if let Outcome::Ready { variants, .. } = &mut manifest.outcome {
            variants[0].sha256 = sha256.to_owned();
        }
        let client = VariantReader::Client;
        urls.fill_in(&mut manifest, client).await.unwrap();
        match manifest.outcome {
            Outcome::Ready { mut variants, .. } => variants.remove(0).url.unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn different_bytes_under_the_same_key_have_different_urls() {
        let cdn = Some("https://cdn.example/");
        for (base_url, access, address) in [
            (cdn, "public", "https://cdn.example/avatars/u1/x.webp?"),
            (
                cdn,
                "private",
                "http://s3.internal:9000/media/avatars/u1/x.webp?",
            ),
            (
                None,
                "public",
                "http://s3.internal:9000/media/avatars/u1/x.webp?",
            ),
        ] {
            for version in ["0123456789ab", "ba9876543210"] {
                let url = url(base_url, access, &format!("{version}cdef")).await;
                let query = url.strip_prefix(address).unwrap();
                let expected = format!("v={version}");
                assert!(query.split('&').any(|it| it == expected), "{url}");
            }
        }
    }
}
