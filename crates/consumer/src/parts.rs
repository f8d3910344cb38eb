//! The dependencies of a consumer.

use std::sync::Arc;

use darkroom_cloud::Queue;
use darkroom_contract::Clock;

/// The dependencies of a [`Consumer`](crate::Consumer).
#[derive(Debug)]
pub struct ConsumerParts {
    /// The queue's name in logs and metrics.
    pub name: &'static str,
    /// The queue that is consumed.
    pub queue: Arc<dyn Queue>,
    /// The queue for messages that cannot be handled.
    pub dead_letters: Arc<dyn Queue>,
    /// The clock that measures the ages of messages.
    pub clock: Clock,
}
