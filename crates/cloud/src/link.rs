//! Addresses from which anyone can fetch an object for a while.

use std::time::Duration;

use crate::{Bucket, CloudError};

impl Bucket {
    /// A `GET` of `key` under the name that clients can reach; whether there is such an object is
    /// not asked. It ends after `expires_in` (7 days at most), or with the credentials.
    ///
    /// # Errors
    /// `Forbidden` if there are no credentials, or they end now; `Invalid` if the SDK cannot sign
    /// these terms.
    pub async fn sign_get(&self, key: &str, expires_in: Duration) -> Result<String, CloudError> {
        self.presigner()
            .sign_get(self.name(), key, expires_in)
            .await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use darkroom_contract::StorageSettings;

    use crate::{Connection, Endpoints};

    #[tokio::test]
    async fn a_link_is_on_the_public_endpoint_and_ends() {
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
        let url = bucket
            .sign_get("avatars/u1/x.webp", Duration::from_secs(60))
            .await
            .unwrap();
        let (address, query) = url.split_once('?').unwrap();
        assert_eq!(address, "https://images.example/media/avatars/u1/x.webp");
        assert!(query.contains("X-Amz-Expires=60"), "{query}");
        assert!(query.contains("X-Amz-Signature="), "{query}");
    }
}
