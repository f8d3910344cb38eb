//! The outcomes of an event, and the errors that prevent an outcome.

use darkroom_cloud::{CloudError, CloudErrorKind};
use darkroom_contract::ProfileName;
use darkroom_uploads::StoreError;

/// The outcome of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventOutcome {
    /// A manifest was written.
    Processed,
    /// A manifest of exactly this object and recipe already existed.
    Unchanged,
    /// The object was deleted.
    Deleted,
    /// The key now belongs to another object, which has its own event.
    Superseded,
    /// The event is not about an upload.
    Foreign,
}

/// The error of an event that could not be processed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No render process can be started.
    #[error("no renderer: {0}")]
    NoRenderer(String),
    /// A task of the worker itself panicked.
    #[error("internal error: {0}")]
    Internal(String),
    /// The profile is not configured.
    #[error("there is no profile {0}")]
    UnknownProfile(ProfileName),
}

impl From<CloudError> for ProcessError {
    fn from(error: CloudError) -> Self {
        Self::Store(error.into())
    }
}

impl EventOutcome {
    /// Returns the label in metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Processed => "processed",
            Self::Unchanged => "unchanged",
            Self::Deleted => "deleted",
            Self::Superseded => "superseded",
            Self::Foreign => "foreign",
        }
    }
}

impl ProcessError {
    /// Every code that [`code`](Self::code) may return.
    pub(crate) const CODES: [&'static str; 12] = [
        "not_found",
        "precondition_failed",
        "forbidden",
        "throttled",
        "unavailable",
        "timed_out",
        "invalid",
        "not_implemented",
        "encode",
        "no_renderer",
        "internal",
        "unknown_profile",
    ];

    /// Returns the code in a `failed` manifest.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::NoRenderer(_) => "no_renderer",
            Self::Internal(_) => "internal",
            Self::UnknownProfile(_) => "unknown_profile",
        }
    }

    /// Returns `true` if an outage of the store may have caused this error.
    pub(crate) const fn may_be_an_outage(&self) -> bool {
        matches!(self, Self::Store(StoreError::Cloud(error)) if matches!(
            error.kind,
            CloudErrorKind::Unavailable
                | CloudErrorKind::TimedOut
                | CloudErrorKind::Throttled
                | CloudErrorKind::Forbidden
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lists_the_code_of_every_error() {
        let kinds = [
            CloudErrorKind::NotFound,
            CloudErrorKind::PreconditionFailed,
            CloudErrorKind::Forbidden,
            CloudErrorKind::Throttled,
            CloudErrorKind::Unavailable,
            CloudErrorKind::TimedOut,
            CloudErrorKind::Invalid,
            CloudErrorKind::NotImplemented,
        ];
        let of_store = kinds.map(|kind| CloudError::new(kind, "GetObject", "").into());
        let encode = StoreError::Encode {
            what: "a manifest",
            detail: String::new(),
        };
        let others = [
            encode.into(),
            ProcessError::NoRenderer(String::new()),
            ProcessError::Internal(String::new()),
            ProcessError::UnknownProfile("gone".parse().unwrap()),
        ];
        let codes = of_store.iter().chain(&others).map(ProcessError::code);
        assert_eq!(codes.collect::<Vec<_>>(), ProcessError::CODES);
    }
}
