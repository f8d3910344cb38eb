//! Failures on demand for the in-memory bucket and queue.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{CloudError, CloudErrorKind};

/// A switch that makes all calls fail while it is on. It is cheap to clone, and every clone is the
/// same switch.
#[derive(Debug, Clone, Default)]
pub(crate) struct FailureSwitch(Arc<Mutex<Option<CloudErrorKind>>>);

impl FailureSwitch {
    pub(crate) fn turn_on(&self, kind: CloudErrorKind) {
        *self.state() = Some(kind);
    }

    pub(crate) fn turn_off(&self) {
        *self.state() = None;
    }

    /// # Errors
    /// A failure of `operation` while the switch is on.
    pub(crate) fn check(&self, operation: &'static str) -> Result<(), CloudError> {
        match *self.state() {
            Some(kind) => Err(CloudError::new(kind, operation, "failure on demand")),
            None => Ok(()),
        }
    }

    fn state(&self) -> MutexGuard<'_, Option<CloudErrorKind>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
