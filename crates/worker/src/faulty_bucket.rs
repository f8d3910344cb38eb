//! An in-memory bucket with failures and delays for the tests of this crate.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use darkroom_cloud::{
    Bucket, CloudError, CloudErrorKind, Listing, MemoryBucket, ObjectInfo, ObjectReader,
    PutOptions, UploadOptions,
};
use tokio::time::sleep;

/// The faults of all buckets of a test, and the calls so far. This is cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    faults: Vec<Fault>,
    calls: Vec<(&'static str, String)>,
}

#[derive(Debug, Clone)]
struct Fault {
    operation: &'static str,
    /// The fault applies to keys that contain this text.
    key: String,
    delay: Duration,
    error: Option<CloudErrorKind>,
}

impl Faults {
    /// Makes calls fail whose key contains `key`.
    pub(crate) fn fail(&self, operation: &'static str, key: &str, error: CloudErrorKind) {
        self.add(operation, key, Duration::ZERO, Some(error));
    }

    /// Delays calls whose key contains `key`.
    pub(crate) fn delay(&self, operation: &'static str, key: &str, delay: Duration) {
        self.add(operation, key, delay, None);
    }

    /// Removes all faults.
    pub(crate) fn clear(&self) {
        self.state().faults.clear();
    }

    /// Returns the number of calls so far whose key contains `key`.
    pub(crate) fn count(&self, operation: &str, key: &str) -> usize {
        let state = self.state();
        let calls = state.calls.iter();
        calls
            .filter(|(name, called_key)| *name == operation && called_key.contains(key))
            .count()
    }

    fn add(
        &self,
        operation: &'static str,
        key: &str,
        delay: Duration,
        error: Option<CloudErrorKind>,
    ) {
        self.state().faults.push(Fault {
            operation,
            key: key.to_owned(),
            delay,
            error,
        });
    }

    async fn call(&self, operation: &'static str, key: &str) -> Result<(), CloudError> {
        let fault = {
            let mut state = self.state();
            state.calls.push((operation, key.to_owned()));
            let mut faults = state.faults.iter();
            faults
                .find(|fault| fault.operation == operation && key.contains(&fault.key))
                .cloned()
        };
        let Some(fault) = fault else {
            return Ok(());
        };
        sleep(fault.delay).await;
        match fault.error {
            Some(kind) => Err(CloudError::new(kind, operation, "injected by the test")),
            None => Ok(()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A bucket whose calls pass through [`Faults`].
#[derive(Debug)]
pub(crate) struct FaultyBucket {
    pub(crate) bucket: MemoryBucket,
    pub(crate) faults: Faults,
}

#[async_trait]
impl Bucket for FaultyBucket {
    fn name(&self) -> &str {
        self.bucket.name()
    }

    async fn get(&self, key: &str, etag: Option<&str>) -> Result<ObjectReader, CloudError> {
        self.faults.call("GetObject", key).await?;
        self.bucket.get(key, etag).await
    }

    async fn head(&self, key: &str) -> Result<Option<ObjectInfo>, CloudError> {
        self.faults.call("HeadObject", key).await?;
        self.bucket.head(key).await
    }

    async fn put(
        &self,
        key: &str,
        bytes: Bytes,
        options: PutOptions<'_>,
    ) -> Result<(), CloudError> {
        self.faults.call("PutObject", key).await?;
        self.bucket.put(key, bytes, options).await
    }

    async fn put_if_absent(
        &self,
        key: &str,
        bytes: Bytes,
        options: PutOptions<'_>,
    ) -> Result<bool, CloudError> {
        self.faults.call("PutObject", key).await?;
        self.bucket.put_if_absent(key, bytes, options).await
    }

    async fn put_file(
        &self,
        key: &str,
        file: &Path,
        options: UploadOptions<'_>,
    ) -> Result<(), CloudError> {
        self.faults.call("PutObject", key).await?;
        self.bucket.put_file(key, file, options).await
    }

    async fn delete(&self, keys: &[String]) -> Result<(), CloudError> {
        for key in keys {
            self.faults.call("DeleteObjects", key).await?;
        }
        self.bucket.delete(keys).await
    }

    async fn list(&self, prefix: &str, cursor: Option<String>) -> Result<Listing, CloudError> {
        self.faults.call("ListObjectsV2", prefix).await?;
        self.bucket.list(prefix, cursor).await
    }
}
