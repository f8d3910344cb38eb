//! The problem with a bucket that cannot be used.

use std::fmt;

use darkroom_cloud::{CloudError, CloudErrorKind};

/// The text before the action in the message of a denied request.
const DENIED_ACTION: &str = "not authorized to perform: ";

/// The reason why a bucket cannot be used. Its text names the bucket, the call and the remedy.
#[derive(Debug, Clone)]
pub struct BucketProblem {
    /// The name of the bucket.
    pub bucket: String,
    /// The setting that names the bucket.
    pub setting: &'static str,
    /// The error of the probe.
    pub error: CloudError,
}

impl BucketProblem {
    /// Returns `true` if the store responds, but the bucket does not exist or cannot be accessed
    /// with these settings and credentials. Only an operator can correct this.
    pub fn is_misconfiguration(&self) -> bool {
        self.is_missing()
            || matches!(
                self.error.kind,
                CloudErrorKind::Forbidden
                    | CloudErrorKind::Invalid
                    | CloudErrorKind::NotImplemented
            )
    }

    /// Returns `true` if `s3:ListBucket` may be the only permission that the role lacks.
    pub(crate) fn may_be_list_permission_only(&self) -> bool {
        let error = &self.error;
        error.kind == CloudErrorKind::Forbidden
            && !error.refuses_credentials()
            && !error.refuses_clock()
            && denied_action(&error.detail).is_none_or(|action| action == "s3:ListBucket")
    }

    fn is_missing(&self) -> bool {
        self.error.code == "NoSuchBucket"
    }

    fn remedy(&self) -> String {
        let Self {
            bucket,
            setting,
            error,
        } = self;
        if self.is_missing() {
            return format!("run `darkroom provision`, or correct {setting}");
        }
        match error.kind {
            _ if error.refuses_credentials() => "check the credentials of this role".to_owned(),
            _ if error.refuses_clock() => "correct the clock of this machine".to_owned(),
            CloudErrorKind::Forbidden => match denied_action(&error.detail) {
                Some(action) => format!("grant this role {action}"),
                None if error.operation == "PutObject" => {
                    format!("grant this role s3:PutObject on the objects of {bucket}")
                }
                None => format!(
                    "grant this role s3:ListBucket on {bucket} and s3:GetObject on its objects"
                ),
            },
            CloudErrorKind::Invalid | CloudErrorKind::NotImplemented => {
                format!("check AWS_REGION, AWS_ENDPOINT_URL_S3 and {setting}")
            }
            _ => "check the store, AWS_ENDPOINT_URL_S3 and the network".to_owned(),
        }
    }
}

impl fmt::Display for BucketProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bucket, error, .. } = self;
        write!(f, "bucket {bucket}: {error}: {}", self.remedy())
    }
}

/// Reads the IAM action from the message of a denied request. S3 names the action if the bucket
/// belongs to the account of the caller: "User: … is not authorized to perform: s3:GetObject on
/// resource: …". It is an action of KMS if the role may not use the key of an encrypted bucket.
fn denied_action(detail: &str) -> Option<&str> {
    let (_, action) = detail.split_once(DENIED_ACTION)?;
    let action = action.split_whitespace().next()?;
    let is_known = ["s3:", "kms:"].iter().any(|it| action.starts_with(it));
    is_known.then_some(action)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(kind: CloudErrorKind, code: &str, message: &str) -> BucketProblem {
        let mut error = CloudError::new(kind, "GetObject", format!("{code}: {message}"));
        error.code = code.to_owned();
        BucketProblem {
            bucket: "photos".to_owned(),
            setting: "storage.raw_bucket",
            error,
        }
    }

    #[test]
    fn the_text_names_the_bucket_the_call_and_the_remedy() {
        let denied = "User: arn:aws:iam::1:role/w is not authorized to perform: s3:GetObject on \
                      resource: \"arn:aws:s3:::photos/darkroom-probe\"";
        for (kind, code, message, remedy) in [
            (
                CloudErrorKind::Unavailable,
                "NoSuchBucket",
                "",
                "run `darkroom provision`, or correct storage.raw_bucket",
            ),
            (
                CloudErrorKind::Forbidden,
                "AccessDenied",
                "Access Denied",
                "grant this role s3:ListBucket on photos and s3:GetObject on its objects",
            ),
            (
                CloudErrorKind::Forbidden,
                "AccessDenied",
                denied,
                "grant this role s3:GetObject",
            ),
            (
                CloudErrorKind::Forbidden,
                "InvalidAccessKeyId",
                "",
                "check the credentials of this role",
            ),
            (
                CloudErrorKind::Invalid,
                "PermanentRedirect",
                "",
                "check AWS_REGION, AWS_ENDPOINT_URL_S3 and storage.raw_bucket",
            ),
        ] {
            let problem = problem(kind, code, message);
            let text = problem.to_string();
            assert!(text.starts_with("bucket photos: GetObject: "), "{text}");
            assert!(text.ends_with(remedy), "{text}");
            assert!(problem.is_misconfiguration());
        }
        let outage = problem(CloudErrorKind::Unavailable, "SlowDown", "");
        assert!(!outage.is_misconfiguration());
    }

    #[test]
    fn only_a_denial_that_names_no_other_action_may_be_for_lack_of_the_list_permission() {
        let may_be = |code, message| {
            problem(CloudErrorKind::Forbidden, code, message).may_be_list_permission_only()
        };
        assert!(may_be("AccessDenied", "Access Denied"));
        assert!(may_be(
            "AccessDenied",
            "not authorized to perform: s3:ListBucket on"
        ));
        assert!(!may_be(
            "AccessDenied",
            "not authorized to perform: s3:GetObject on"
        ));
        assert!(!may_be("SignatureDoesNotMatch", ""));
    }
}
