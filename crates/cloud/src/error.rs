//! A common error type for S3 and SQS.

use std::fmt;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

/// The error codes of S3 and SQS for credentials that are unknown, wrong or expired.
const CREDENTIAL_CODES: [&str; 8] = [
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSecurity",
    "InvalidToken",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
];
/// The error code for a request whose time differs too much from that of the service.
const CLOCK_CODE: &str = "RequestTimeTooSkewed";

/// A failed call to S3 or SQS.
#[derive(Debug, Clone)]
pub struct CloudError {
    /// The class that callers branch on.
    pub kind: CloudErrorKind,
    /// The operation, such as `GetObject`.
    pub operation: &'static str,
    /// The service's error code, such as `NoSuchBucket`. Empty if the response has none.
    pub code: String,
    /// The message of the service or the network. It is for the log.
    pub detail: String,
}

/// The class of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloudErrorKind {
    /// The object, version, bucket or queue does not exist.
    NotFound,
    /// A condition of the request is not met, because the object has changed or already exists.
    PreconditionFailed,
    /// The credentials do not permit the call. S3 also reports this for a missing object if the
    /// credentials do not permit listing.
    Forbidden,
    /// The service limits the rate of calls.
    Throttled,
    /// The service failed or is unreachable.
    Unavailable,
    /// The response did not arrive in time.
    TimedOut,
    /// The service refused the request as invalid, or the request could not be created.
    Invalid,
    /// The service does not support the operation, or a condition of the request.
    NotImplemented,
}

impl CloudErrorKind {
    /// Returns a stable name for logs and metrics, such as `"not_found"`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::PreconditionFailed => "precondition_failed",
            Self::Forbidden => "forbidden",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::TimedOut => "timed_out",
            Self::Invalid => "invalid",
            Self::NotImplemented => "not_implemented",
        }
    }
}

impl CloudError {
    /// Returns `true` if the object, bucket or queue does not exist.
    pub const fn is_not_found(&self) -> bool {
        matches!(self.kind, CloudErrorKind::NotFound)
    }

    /// Returns `true` if the service refused the credentials themselves. If they only lack a
    /// permission, the result is `false`.
    pub fn refuses_credentials(&self) -> bool {
        CREDENTIAL_CODES.contains(&&*self.code)
    }

    /// Returns `true` if the service refused the request because the clock of this machine is wrong.
    pub fn refuses_clock(&self) -> bool {
        self.code == CLOCK_CODE
    }

    /// Creates the error for a failure of `operation`, with the service's message as `detail`.
    pub fn new(kind: CloudErrorKind, operation: &'static str, detail: impl fmt::Display) -> Self {
        Self {
            kind,
            operation,
            code: String::new(),
            detail: detail.to_string(),
        }
    }

    /// Converts an SDK error of `operation`, for `map_err`.
    pub(crate) fn from_sdk<E>(operation: &'static str) -> impl Fn(SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        move |error| Self {
            kind: kind(&error, operation),
            operation,
            code: code(&error),
            detail: detail(&error),
        }
    }
}

impl fmt::Display for CloudError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kind,
            operation,
            detail,
            code: _,
        } = self;
        write!(f, "{operation}: {}: {detail}", kind.name())
    }
}

impl std::error::Error for CloudError {}

/// Returns the service's error code, or an empty text if there is none.
fn code<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
    let code = error.as_service_error().and_then(E::code);
    code.unwrap_or_default().to_owned()
}

/// Describes a failure in one line. The SDK's own messages are not used, because they contain debug
/// output.
fn detail<E>(error: &SdkError<E>) -> String
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let SdkError::ServiceError(service) = error else {
        return innermost_cause(error);
    };
    let response = service.raw();
    let mut text = match (service.err().code(), service.err().message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(text), None) | (None, Some(text)) => text.to_owned(),
        (None, None) => format!("HTTP status {}", response.status().as_u16()),
    };
    let is_elsewhere = matches!(response.status().as_u16(), 301 | 307 | 400);
    if is_elsewhere && let Some(region) = response.headers().get("x-amz-bucket-region") {
        text.push_str(&format!(
            "; the bucket is in {region}, so set AWS_REGION={region}"
        ));
    }
    text
}

/// Returns the innermost cause of an error, in one line. The outer errors only repeat that
/// something failed.
pub fn innermost_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let innermost = causes.last().unwrap_or(error).to_string();
    innermost.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn kind<E: ProvideErrorMetadata>(error: &SdkError<E>, operation: &str) -> CloudErrorKind {
    match error {
        SdkError::TimeoutError(_) => CloudErrorKind::TimedOut,
        SdkError::ConstructionFailure(_) => CloudErrorKind::Invalid,
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or_default();
            by_code(code, operation).unwrap_or_else(|| by_status(service.raw().status().as_u16()))
        }
        _ => CloudErrorKind::Unavailable,
    }
}

/// Returns the kind of an error code, or `None` if the HTTP status alone determines the kind.
fn by_code(code: &str, operation: &str) -> Option<CloudErrorKind> {
    let reads_object = matches!(operation, "GetObject" | "HeadObject");
    Some(match code {
        "NoSuchKey"
        | "NoSuchVersion"
        | "NoSuchBucket"
        | "NotFound"
        | "QueueDoesNotExist"
        | "AWS.SimpleQueueService.NonExistentQueue"
        | "NoSuchCORSConfiguration"
        | "NoSuchLifecycleConfiguration"
        | "NoSuchPublicAccessBlockConfiguration"
        | "ServerSideEncryptionConfigurationNotFoundError" => CloudErrorKind::NotFound,
        // S3 sends this code if the requested version is a delete marker.
        "MethodNotAllowed" if reads_object => CloudErrorKind::NotFound,
        "MethodNotAllowed" | "NotImplemented" => CloudErrorKind::NotImplemented,
        // A store that does not know `?notification` treats the PUT as a request to create the
        // bucket.
        "BucketAlreadyOwnedByYou" | "BucketAlreadyExists" if operation != "CreateBucket" => {
            CloudErrorKind::NotImplemented
        }
        "SlowDown"
        | "ThrottlingException"
        | "RequestThrottled"
        | "Throttling"
        | "RequestLimitExceeded"
        | "OverLimit" => CloudErrorKind::Throttled,
        "ExpiredToken" | "RequestTimeTooSkewed" => CloudErrorKind::Forbidden,
        "RequestTimeout" => CloudErrorKind::TimedOut,
        // A concurrent write to the same key came first.
        "ConditionalRequestConflict" => CloudErrorKind::PreconditionFailed,
        _ => return None,
    })
}

fn by_status(status: u16) -> CloudErrorKind {
    match status {
        401 | 403 => CloudErrorKind::Forbidden,
        // S3 sends 405 if the requested version is a delete marker. The response to a HEAD request
        // has no body, so it contains no code.
        404 | 405 | 410 => CloudErrorKind::NotFound,
        408 => CloudErrorKind::TimedOut,
        412 => CloudErrorKind::PreconditionFailed,
        429 => CloudErrorKind::Throttled,
        501 => CloudErrorKind::NotImplemented,
        500.. => CloudErrorKind::Unavailable,
        _ => CloudErrorKind::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unsupported_operation_is_not_implemented_and_a_delete_marker_is_not_found() {
        let lacks = Some(CloudErrorKind::NotImplemented);
        assert_eq!(Some(by_status(501)), lacks);
        for code in [
            "NotImplemented",
            "MethodNotAllowed",
            "BucketAlreadyOwnedByYou",
        ] {
            let operation = "PutBucketNotificationConfiguration";
            assert_eq!(by_code(code, operation), lacks, "{code}");
        }
        let marker = by_code("MethodNotAllowed", "GetObject");
        assert_eq!(marker, Some(CloudErrorKind::NotFound));
        assert_eq!(by_code("BucketAlreadyExists", "CreateBucket"), None);
    }
}
