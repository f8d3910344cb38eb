//! The results of checks.

use std::fmt;

use serde::Serialize;

/// The kind of a check. Its name is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// S3 or SQS can be reached.
    Endpoint,
    /// The credentials are accepted.
    Credentials,
    /// The clock of this machine is right.
    Clock,
    /// Buckets and queues are in the configured region.
    Region,
    /// A bucket exists.
    Bucket,
    /// A queue exists with the right attributes.
    Queue,
    /// S3 may send to the event queue.
    QueuePolicy,
    /// The raw bucket notifies the event queue of uploads.
    Notification,
    /// No notification or redrive policy makes a loop.
    Loop,
    /// Public access to a bucket is blocked.
    PublicAccess,
    /// A bucket encrypts new objects.
    Encryption,
    /// Browsers may upload.
    Cors,
    /// Old objects are removed.
    Lifecycle,
    /// The store supports conditional writes.
    ConditionalWrites,
    /// The credentials permit an action that a role needs.
    Permission,
    /// A stranger cannot read private objects.
    Privacy,
    /// Clients can use presigned URLs.
    PresignedUrl,
    /// Variants can be fetched from `storage.media_base_url`.
    MediaBaseUrl,
    /// The event of a new raw object arrives.
    RoundTrip,
    /// There are no dead letters, and the dead-letter queue accepts them.
    DeadLetters,
    /// Render processes are sandboxed.
    Sandbox,
    /// The probes were removed.
    Cleanup,
}

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing is wrong.
    Ok,
    /// The service works, but a person should know this.
    Warning,
    /// The check needs a permission that these credentials do not have.
    Skipped,
    /// The service does not work, or is not safe.
    Failed,
}

/// One result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The kind of the check.
    pub check: Check,
    /// The thing that was checked, such as a bucket or a permission.
    pub subject: String,
    /// The result.
    pub status: Status,
    /// The problem, for a person. Absent if nothing is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The permission, the setting or the command that solves the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    pub(crate) fn ok(check: Check, subject: impl Into<String>) -> Self {
        Self {
            check,
            subject: subject.into(),
            status: Status::Ok,
            problem: None,
            remedy: None,
        }
    }

    pub(crate) fn failed(
        check: Check,
        subject: impl Into<String>,
        problem: impl fmt::Display,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            check,
            subject: subject.into(),
            status: Status::Failed,
            problem: Some(problem.to_string()),
            remedy: Some(remedy.into()),
        }
    }

    pub(crate) fn warning(
        check: Check,
        subject: impl Into<String>,
        problem: impl fmt::Display,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            status: Status::Warning,
            ..Self::failed(check, subject, problem, remedy)
        }
    }

    pub(crate) fn skipped(
        check: Check,
        subject: impl Into<String>,
        problem: impl fmt::Display,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            status: Status::Skipped,
            ..Self::failed(check, subject, problem, remedy)
        }
    }
}

/// Prints the finding for people, on one line or, with a remedy, on two.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = match self.status {
            Status::Ok => "ok",
            Status::Warning => "warning",
            Status::Skipped => "skipped",
            Status::Failed => "FAILED",
        };
        write!(f, "{status:<7}  {}", self.subject)?;
        if let Some(problem) = &self.problem {
            write!(f, ": {problem}")?;
        }
        if let Some(remedy) = &self.remedy {
            write!(f, "\n         -> {remedy}")?;
        }
        Ok(())
    }
}
