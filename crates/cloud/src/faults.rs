//! Faults on demand for the in-memory bucket and queue.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::sleep;

use crate::{CloudError, CloudErrorKind};

/// A list of faults of an in-memory bucket or queue, and a list of the calls to it so far. It is
/// cheap to clone, and all clones share the same lists.
///
/// Operations have the same names as in the API of AWS, such as `GetObject`. If several faults
/// apply to a call, only the fault that was added last takes effect.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    faults: Vec<Fault>,
    calls: Vec<(&'static str, String)>,
}

#[derive(Debug, Clone)]
struct Fault {
    /// The operation that the fault applies to, or `None` for all operations.
    operation: Option<&'static str>,
    /// The fault applies to keys that contain this text.
    key: String,
    delay: Duration,
    error: Option<CloudErrorKind>,
}

impl Fault {
    fn applies_to(&self, operation: &str, key: &str) -> bool {
        self.operation.is_none_or(|name| name == operation) && key.contains(&self.key)
    }
}

impl Faults {
    /// Makes every call fail.
    pub fn fail_all(&self, error: CloudErrorKind) {
        self.add(Fault {
            operation: None,
            key: String::new(),
            delay: Duration::ZERO,
            error: Some(error),
        });
    }

    /// Makes calls of `operation` fail if their key contains `key`.
    pub fn fail(&self, operation: &'static str, key: &str, error: CloudErrorKind) {
        self.add(Fault {
            operation: Some(operation),
            key: key.to_owned(),
            delay: Duration::ZERO,
            error: Some(error),
        });
    }

    /// Delays calls of `operation` if their key contains `key`.
    pub fn delay(&self, operation: &'static str, key: &str, delay: Duration) {
        self.add(Fault {
            operation: Some(operation),
            key: key.to_owned(),
            delay,
            error: None,
        });
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.state().faults.clear();
    }

    /// Returns the number of calls of `operation` so far with a key that contains `key`.
    pub fn count(&self, operation: &str, key: &str) -> usize {
        let state = self.state();
        let calls = state.calls.iter();
        calls
            .filter(|(name, called_key)| *name == operation && called_key.contains(key))
            .count()
    }

    /// Records a call, and applies its fault if there is one.
    ///
    /// # Errors
    /// The error of the fault.
    pub(crate) async fn call(&self, operation: &'static str, key: &str) -> Result<(), CloudError> {
        let fault = {
            let mut state = self.state();
            state.calls.push((operation, key.to_owned()));
            let mut latest_first = state.faults.iter().rev();
            latest_first
                .find(|fault| fault.applies_to(operation, key))
                .cloned()
        };
        let Some(fault) = fault else {
            return Ok(());
        };
        if !fault.delay.is_zero() {
            sleep(fault.delay).await;
        }
        match fault.error {
            Some(kind) => Err(CloudError::new(kind, operation, "failure on demand")),
            None => Ok(()),
        }
    }

    /// Returns the result that a call would have now, without recording or delaying it.
    ///
    /// # Errors
    /// The error of the fault.
    pub(crate) fn check(&self, operation: &'static str, key: &str) -> Result<(), CloudError> {
        let state = self.state();
        let mut latest_first = state.faults.iter().rev();
        let fault = latest_first.find(|fault| fault.applies_to(operation, key));
        match fault.and_then(|fault| fault.error) {
            Some(kind) => Err(CloudError::new(kind, operation, "failure on demand")),
            None => Ok(()),
        }
    }

    fn add(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_fault_applies_to_its_operation_and_keys_until_it_is_cleared() {
        let faults = Faults::default();
        faults.delay("GetObject", "raw/", Duration::from_secs(5));
        faults.fail("PutObject", "manifests/", CloudErrorKind::Forbidden);
        let started_at = Instant::now();
        faults.call("GetObject", "raw/1").await.unwrap();
        assert_eq!(started_at.elapsed(), Duration::from_secs(5));
        let error = faults.call("PutObject", "manifests/1").await.unwrap_err();
        assert_eq!(error.kind, CloudErrorKind::Forbidden);
        faults.call("PutObject", "avatars/1").await.unwrap();
        faults.fail_all(CloudErrorKind::Unavailable);
        let error = faults.call("PutObject", "manifests/1").await.unwrap_err();
        assert_eq!(error.kind, CloudErrorKind::Unavailable, "the latest fault");
        faults.clear();
        faults.call("PutObject", "manifests/1").await.unwrap();
        assert_eq!(faults.count("PutObject", "manifests/"), 3);
        assert_eq!(faults.count("GetObject", ""), 1);
    }
}
