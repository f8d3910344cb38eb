//! The handle to a queue that exists.

/// A queue that exists.
#[derive(Debug, Clone)]
pub(super) struct ProvisionedQueue {
    pub(super) url: String,
    pub(super) arn: String,
}
