//! Addresses from which anyone can fetch an object for a while.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::presign::Request;
use crate::{CloudError, S3Bucket};

/// A link to an object.
#[derive(Debug, Clone, Copy)]
pub struct LinkTerms<'a> {
    /// The object's key; whether there is such an object is not asked.
    pub key: &'a str,
    /// How long the link may be used (7 days at most); less where the credentials end earlier.
    pub expires_in: Duration,
    /// The `Cache-Control` that it is served with, where that is not the object's own.
    pub cache_control: Option<&'a str>,
}

impl S3Bucket {
    /// A `GET` under the name that clients can reach.
    ///
    /// # Errors
    /// `Forbidden` if there are no credentials, or they end now; `Invalid` if the bucket has no
    /// address.
    pub async fn sign_get(&self, terms: LinkTerms<'_>) -> Result<String, CloudError> {
        let presigner = self.presigner();
        let validity = presigner.validity("GetObject", terms.expires_in).await?;
        let query = terms
            .cache_control
            .map(|value| ("response-cache-control", value));
        let request = Request {
            method: "GET",
            key: terms.key,
            query: query.as_slice(),
            headers: &BTreeMap::new(),
        };
        presigner.url(&request, &validity).await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use darkroom_contract::StorageSettings;

    use super::*;
    use crate::{Connection, Endpoints};

    async fn link(cache_control: Option<&str>) -> String {
        let storage = StorageSettings {
            public_endpoint: Some("https://images.example".to_owned()),
            ..StorageSettings::default()
        };
        let endpoints = Endpoints {
            s3: "http://s3.internal:9000".to_owned(),
            sqs: "http://sqs.internal:9001".to_owned(),
            access_key: "AKID".to_owned(),
            secret_key: "secret".to_owned(),
            region: "eu-central-1".to_owned(),
        };
        let bucket = Connection::to(&endpoints, &storage).await.bucket("media");
        let terms = LinkTerms {
            key: "avatars/u1/x.webp",
            expires_in: Duration::from_secs(60),
            cache_control,
        };
        bucket.sign_get(terms).await.unwrap()
    }

    #[tokio::test]
    async fn a_link_is_on_the_public_endpoint_and_ends() {
        let url = link(None).await;
        let (address, query) = url.split_once('?').unwrap();
        assert_eq!(address, "https://images.example/media/avatars/u1/x.webp");
        assert!(query.contains("X-Amz-Expires=60"), "{query}");
        assert!(query.contains("X-Amz-Signature="), "{query}");
        assert!(!query.contains("response-"), "{query}");
    }

    #[tokio::test]
    async fn how_it_is_cached_is_signed_with_it() {
        let url = link(Some("private, max-age=60")).await;
        assert!(
            url.contains("&response-cache-control=private%2C%20max-age%3D60&X-Amz-Signature="),
            "{url}"
        );
    }
}
