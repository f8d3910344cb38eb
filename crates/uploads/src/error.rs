//! Errors of the store.

use darkroom_cloud::CloudError;

/// An error of an operation of the store.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// A call to S3 or SQS failed.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// A value cannot be represented as JSON.
    #[error("cannot encode {what} as JSON: {detail}")]
    Encode {
        /// The kind of value.
        what: &'static str,
        /// The encoder's message.
        detail: String,
    },
    /// A stored manifest is too large or is not a manifest that this version understands.
    #[error("unreadable manifest {key}: {detail}")]
    Unreadable {
        /// The key of the manifest.
        key: String,
        /// The reason.
        detail: String,
    },
}

impl StoreError {
    pub(crate) fn encode(what: &'static str, error: &serde_json::Error) -> Self {
        Self::Encode {
            what,
            detail: error.to_string(),
        }
    }

    /// Returns a stable code for logs and metrics, such as `"unavailable"`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Cloud(error) => error.kind.name(),
            Self::Encode { .. } => "encode",
            Self::Unreadable { .. } => "unreadable",
        }
    }
}
