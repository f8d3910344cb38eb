//! The errors of an attempt to deliver an outcome.

use darkroom_uploads::StoreError;
use reqwest::StatusCode;

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
    /// No request could be made from the manifest. The text is the cause.
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
