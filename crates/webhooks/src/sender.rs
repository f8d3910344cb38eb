//! The sender of outcomes.

use std::fmt;

use async_trait::async_trait;
use darkroom_contract::Manifest;
use darkroom_uploads::{VariantReader, VariantUrls};
use time::OffsetDateTime;

use crate::client::WebhookClient;
use crate::delivery_error::DeliveryError;

/// A sender of outcomes: the [`WebhookSender`], or a stand-in for tests.
#[async_trait]
pub trait OutcomeSender: fmt::Debug + Send + Sync {
    /// Sends the outcome in `manifest`. The manifest comes from the store, so it contains no URLs
    /// of variants yet. `now` is the time of this attempt.
    ///
    /// # Errors
    /// The reason why the receiver has not accepted the outcome.
    async fn send(&self, manifest: &Manifest, now: OffsetDateTime) -> Result<(), DeliveryError>;
}

/// The sender of outcomes to the operator's URL.
#[derive(Debug)]
pub struct WebhookSender {
    client: WebhookClient,
    variant_urls: VariantUrls,
}

impl WebhookSender {
    /// Creates a sender that fills in the URLs of variants.
    pub const fn new(client: WebhookClient, variant_urls: VariantUrls) -> Self {
        Self {
            client,
            variant_urls,
        }
    }
}

#[async_trait]
impl OutcomeSender for WebhookSender {
    async fn send(&self, manifest: &Manifest, now: OffsetDateTime) -> Result<(), DeliveryError> {
        let mut manifest = manifest.clone();
        let reader = VariantReader::Reviewer;
        let filled_in = self.variant_urls.fill_in(&mut manifest, reader).await;
        filled_in.map_err(|error| DeliveryError::Internal(error.to_string()))?;
        self.client.post(&manifest, now).await
    }
}
