//! Where variants are served from.

use std::time::Duration;

use darkroom_cloud::{Bucket, CloudError};
use darkroom_contract::{Manifest, Outcome, StorageSettings};

/// Gives every variant of a manifest its address.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// A CDN or public bucket, without a slash at its end.
    base_url: Option<String>,
    media: Bucket,
    link_expiry: Duration,
}

impl Delivery {
    pub(crate) fn new(media: Bucket, storage: &StorageSettings, link_expiry: Duration) -> Self {
        let base_url = storage.media_base_url.as_deref();
        Self {
            base_url: base_url.map(|url| url.trim_end_matches('/').to_owned()),
            media,
            link_expiry,
        }
    }

    /// The address of an object: below the base URL if there is one, else a link that ends.
    pub(crate) async fn address(&self, key: &str) -> Result<String, CloudError> {
        match &self.base_url {
            // Keys are made of names and ids, so nothing in them needs escaping.
            Some(base) => Ok(format!("{base}/{key}")),
            None => self.media.sign_get(key, self.link_expiry).await,
        }
    }

    /// Fills in the `url` of every variant.
    pub(crate) async fn address_variants(&self, manifest: &mut Manifest) -> Result<(), CloudError> {
        if let Outcome::Ready { variants, .. } = &mut manifest.outcome {
            for variant in variants {
                variant.url = Some(self.address(&variant.key).await?);
            }
        }
        Ok(())
    }
}
