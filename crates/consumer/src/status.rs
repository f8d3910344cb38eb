//! The status of a running consumer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The state of a consumer's polls. It is cheap to clone.
#[derive(Debug, Clone)]
pub struct ConsumerStatus(Arc<AtomicBool>);

impl ConsumerStatus {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }

    /// Returns `true` if the last poll succeeded or no poll has finished yet.
    pub fn can_receive(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn set_can_receive(&self, can_receive: bool) {
        self.0.store(can_receive, Ordering::Relaxed);
    }
}
