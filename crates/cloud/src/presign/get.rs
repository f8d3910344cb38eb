//! Presigned `GET` requests.

use std::collections::BTreeMap;
use std::time::Duration;

use super::url::Request;
use crate::{CloudError, S3Bucket};

/// The `GET` that a client may send.
#[derive(Debug, Clone, Copy)]
pub struct PresignGetRequest<'a> {
    /// The object's key. The object need not exist.
    pub key: &'a str,
    /// The lifetime, at most 7 days. It is shorter if the credentials expire earlier.
    pub expires_in: Duration,
    /// The `Cache-Control` of the response, in place of the object's own.
    pub cache_control: Option<&'a str>,
    /// The query parameter `v`, which S3 ignores. If the bytes under a key change, a new value
    /// gives them a new URL.
    pub version: Option<&'a str>,
}

impl S3Bucket {
    /// Returns a presigned URL with the host name that clients can reach.
    ///
    /// # Errors
    /// `Forbidden` if there are no credentials or they have expired, `Invalid` if no URL can be
    /// derived for the bucket.
    pub async fn presign_get(&self, get: PresignGetRequest<'_>) -> Result<String, CloudError> {
        let presigner = self.presigner();
        let validity = presigner.validity("GetObject", get.expires_in).await?;
        let parameters = [
            ("response-cache-control", get.cache_control),
            ("v", get.version),
        ];
        let parameters = parameters.into_iter();
        let query: Vec<_> = parameters
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
        let request = Request {
            method: "GET",
            key: get.key,
            query: &query,
            headers: &BTreeMap::new(),
            expires_in_seconds: validity.seconds(),
        };
        presigner.url(&request, &validity).await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::presign::testing::connection;

    async fn presigned_url(cache_control: Option<&str>, version: Option<&str>) -> String {
        let bucket = connection().await.bucket("media");
        let request = PresignGetRequest {
            key: "avatars/u1/x.webp",
            expires_in: Duration::from_secs(60),
            cache_control,
            version,
        };
        bucket.presign_get(request).await.unwrap()
    }

    #[tokio::test]
    async fn a_url_is_on_the_public_endpoint_and_expires() {
        let url = presigned_url(None, None).await;
        let (address, query) = url.split_once('?').unwrap();
        assert_eq!(address, "https://images.example/media/avatars/u1/x.webp");
        assert!(query.contains("X-Amz-Expires=60"), "{query}");
        assert!(query.contains("X-Amz-Signature="), "{query}");
        assert!(!query.contains("response-"), "{query}");
        assert!(!query.contains("&v="), "{query}");
    }

    #[tokio::test]
    async fn the_cache_control_is_part_of_the_signature() {
        let url = presigned_url(Some("private, max-age=60"), None).await;
        assert!(
            url.contains("&response-cache-control=private%2C%20max-age%3D60&X-Amz-Signature="),
            "{url}"
        );
    }

    #[tokio::test]
    async fn the_version_is_part_of_the_signature() {
        let url = presigned_url(None, Some("0123abcdef45")).await;
        assert!(url.contains("&v=0123abcdef45&X-Amz-Signature="), "{url}");
        let signature = |url: &str| url.rsplit('=').next().map(str::to_owned);
        assert_ne!(
            signature(&url),
            signature(&presigned_url(None, Some("54fedcba3210")).await)
        );
    }
}
