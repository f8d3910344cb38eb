//! One taxonomy for everything that S3 and SQS may answer.

use std::fmt;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

/// A call to S3 or SQS that did not succeed.
#[derive(Debug, Clone)]
pub struct CloudError {
    /// What callers branch on.
    pub kind: CloudErrorKind,
    /// The operation, such as `GetObject`.
    pub operation: &'static str,
    /// What the service or the network said, for the log.
    pub detail: String,
}

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloudErrorKind {
    /// There is no such object, version, bucket or queue.
    NotFound,
    /// A condition of the request does not hold: the object is another than the one meant.
    PreconditionFailed,
    /// The credentials may not do this. S3 says this of a missing object too where listing is not
    /// allowed.
    Forbidden,
    /// The service asks for fewer calls.
    Throttled,
    /// The service failed, or could not be reached.
    Unavailable,
    /// No answer came in time.
    TimedOut,
    /// The service does not take the request as it is.
    Invalid,
}

impl CloudErrorKind {
    /// A stable name for logs and metrics, such as `"not_found"`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::PreconditionFailed => "precondition_failed",
            Self::Forbidden => "forbidden",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::TimedOut => "timed_out",
            Self::Invalid => "invalid",
        }
    }
}

impl CloudError {
    /// Whether the same call may succeed later. `Forbidden` counts: permissions and rotated
    /// credentials come right without a new request.
    pub const fn is_retryable(&self) -> bool {
        matches!(
            self.kind,
            CloudErrorKind::Throttled
                | CloudErrorKind::Unavailable
                | CloudErrorKind::TimedOut
                | CloudErrorKind::Forbidden
        )
    }

    /// Whether what was asked for is not there.
    pub const fn is_not_found(&self) -> bool {
        matches!(self.kind, CloudErrorKind::NotFound)
    }

    /// A failure of `operation`; the service's own words go into `detail`.
    pub fn new(kind: CloudErrorKind, operation: &'static str, detail: impl fmt::Display) -> Self {
        Self {
            kind,
            operation,
            detail: detail.to_string(),
        }
    }

    /// For `map_err`: what the SDK says of an operation, in our words.
    pub(crate) fn of<E>(operation: &'static str) -> impl Fn(SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        move |error| Self::new(kind(&error), operation, chain(&error))
    }
}

impl fmt::Display for CloudError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kind,
            operation,
            detail,
        } = self;
        write!(f, "{operation}: {}: {detail}", kind.name())
    }
}

impl std::error::Error for CloudError {}

/// An error and everything that caused it. The SDK's own display of this repeats all of it in debug
/// form, which nobody can read in a log.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let mut said: Vec<String> = causes.map(ToString::to_string).collect();
    said.dedup();
    said.join(": ")
}

fn kind<E: ProvideErrorMetadata>(error: &SdkError<E>) -> CloudErrorKind {
    match error {
        SdkError::TimeoutError(_) => CloudErrorKind::TimedOut,
        SdkError::ConstructionFailure(_) => CloudErrorKind::Invalid,
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or_default();
            by_code(code).unwrap_or_else(|| by_status(service.raw().status().as_u16()))
        }
        _ => CloudErrorKind::Unavailable,
    }
}

/// The codes whose status alone would mislead.
fn by_code(code: &str) -> Option<CloudErrorKind> {
    Some(match code {
        "NoSuchKey"
        | "NoSuchVersion"
        | "NoSuchBucket"
        | "NotFound"
        | "QueueDoesNotExist"
        | "AWS.SimpleQueueService.NonExistentQueue"
        | "NoSuchCORSConfiguration"
        | "NoSuchLifecycleConfiguration" => CloudErrorKind::NotFound,
        // What a delete marker answers when its version is named.
        "MethodNotAllowed" => CloudErrorKind::NotFound,
        "SlowDown"
        | "ThrottlingException"
        | "RequestThrottled"
        | "Throttling"
        | "RequestLimitExceeded"
        | "OverLimit" => CloudErrorKind::Throttled,
        "ExpiredToken" | "RequestTimeTooSkewed" => CloudErrorKind::Forbidden,
        "RequestTimeout" => CloudErrorKind::TimedOut,
        // A conditional write that lost against another one.
        "ConditionalRequestConflict" => CloudErrorKind::PreconditionFailed,
        _ => return None,
    })
}

fn by_status(status: u16) -> CloudErrorKind {
    match status {
        401 | 403 => CloudErrorKind::Forbidden,
        404 | 405 | 410 => CloudErrorKind::NotFound,
        408 => CloudErrorKind::TimedOut,
        412 => CloudErrorKind::PreconditionFailed,
        429 => CloudErrorKind::Throttled,
        500.. => CloudErrorKind::Unavailable,
        _ => CloudErrorKind::Invalid,
    }
}
