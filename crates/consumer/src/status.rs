//! The status of a running consumer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use darkroom_cloud::CloudError;

/// The state of a consumer's polls. It is cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct ConsumerStatus(Arc<Mutex<Option<CloudError>>>);

impl ConsumerStatus {
    /// Returns the error of the last poll. Returns `None` if the last poll succeeded or no poll has
    /// finished yet.
    pub fn poll_error(&self) -> Option<CloudError> {
        self.lock().clone()
    }

    pub(crate) fn set_poll_error(&self, error: Option<CloudError>) {
        *self.lock() = error;
    }

    fn lock(&self) -> MutexGuard<'_, Option<CloudError>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
