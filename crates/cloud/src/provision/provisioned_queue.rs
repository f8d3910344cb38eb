//! The URL and the ARN of a queue that exists.

/// A queue that exists.
#[derive(Debug, Clone)]
pub(super) struct ProvisionedQueue {
    pub(super) url: String,
    pub(super) arn: String,
}
