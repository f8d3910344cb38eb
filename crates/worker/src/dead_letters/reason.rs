//! The reasons for dead letters of upload events.

/// The reason why an event is a dead letter. Workers write the first three; the others are
/// diagnosed for a dead letter that SQS itself moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReasonCode {
    /// The body, or a record in it, is no notification of an object.
    Malformed,
    /// It was delivered as often as the queue permits; the detail is the last error.
    AttemptsExhausted,
    /// It is about an upload of a profile that is not configured.
    UnknownProfile,
    /// It is about no upload of this service.
    Foreign,
    /// Its upload has an outcome by now.
    AlreadyProcessed,
    /// Its upload was deleted.
    Deleted,
    /// No worker finished it: each was lost, or could not reach the store.
    NeverFinished,
}

impl ReasonCode {
    /// Returns the stable code.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::AttemptsExhausted => "attempts_exhausted",
            Self::UnknownProfile => "unknown_profile",
            Self::Foreign => "foreign",
            Self::AlreadyProcessed => "already_processed",
            Self::Deleted => "deleted",
            Self::NeverFinished => "never_finished",
        }
    }
}
