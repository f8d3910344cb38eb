//! The sender of outcomes, and the errors of an attempt.

use std::fmt;

use async_trait::async_trait;
use darkroom_contract::Manifest;
use darkroom_uploads::{StoreError, VariantUrls};
use reqwest::StatusCode;
use time::OffsetDateTime;

use crate::client::WebhookClient;

/// The error of an attempt to deliver an outcome. The log contains its text.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The receiver responded with a status other than 2xx.
    #[error("the receiver responded {0}")]
    Refused(StatusCode),
    /// The receiver did not respond within `webhooks.timeout`.
    #[error("the receiver did not respond in time")]
    TimedOut,
    /// No connection, or one that broke. The text is the cause.
    #[error("{0}")]
    Unreachable(String),
    /// The manifest could not be read from the store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No request could be made of the manifest. The text is the cause.
    #[error("{0}")]
    Internal(String),
}

impl DeliveryError {
    /// Returns the value of the label `result` in the metrics of attempts.
    pub(crate) const fn result(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::TimedOut => "timed_out",
            Self::Unreachable(_) => "unreachable",
            Self::Store(_) | Self::Internal(_) => "failed",
        }
    }
}

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
        let filled_in = self.variant_urls.fill_in(&mut manifest).await;
        filled_in.map_err(|error| DeliveryError::Internal(error.to_string()))?;
        self.client.post(&manifest, now).await
    }
}
