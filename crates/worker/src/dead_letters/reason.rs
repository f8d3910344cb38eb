//! The reasons for dead letters of upload events.

/// The reason why an event is a dead letter. Workers write only the first three. The others come
/// only from the diagnosis of dead letters that SQS itself moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReasonCode {
    /// The body, or a record in it, is not a notification about an object.
    Malformed,
    /// The message was delivered as often as the queue permits. The detail is the last error.
    AttemptsExhausted,
    /// The profile of the upload is not configured.
    UnknownProfile,
    /// The object is not an upload of this service.
    Foreign,
    /// The upload already has an outcome.
    AlreadyProcessed,
    /// The upload was deleted.
    Deleted,
    /// No worker finished the upload. Each one stopped early or could not reach the dead-letter
    /// queue.
    NeverFinished,
}

impl ReasonCode {
    /// The codes that workers write.
    pub(crate) const WRITTEN: [&'static str; 3] = [
        Self::Malformed.name(),
        Self::AttemptsExhausted.name(),
        Self::UnknownProfile.name(),
    ];

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
