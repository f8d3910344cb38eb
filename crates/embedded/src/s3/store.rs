//! The buckets in a data folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use s3s::{S3Error, S3Result, s3_error};
use tokio_util::task::TaskTracker;

use super::bucket::Bucket;
use super::sequencer::Sequencer;
use super::staging::Staging;

type Buckets = BTreeMap<String, Arc<Bucket>>;

/// The data of S3.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) staging: Staging,
    /// The disk operations in progress. A shutdown waits for them, so that they finish before the
    /// folder is unlocked.
    pub(crate) tasks: TaskTracker,
    dir: PathBuf,
    buckets: RwLock<Buckets>,
    sequencer: Arc<Sequencer>,
}

impl Store {
    /// Opens the folder and reads every object's attributes, which takes about a second per 100,000
    /// objects.
    pub(crate) fn open(data_dir: &Path) -> io::Result<Self> {
        let dir = data_dir.join("buckets");
        fs::create_dir_all(&dir)?;
        let sequencer = Arc::new(Sequencer::default());
        let mut buckets = Buckets::new();
        for entry in fs::read_dir(&dir)? {
            let entry = entry?;
            if let Ok(name) = entry.file_name().into_string() {
                let bucket = Bucket::open(name.clone(), entry.path(), Arc::clone(&sequencer))?;
                buckets.insert(name, Arc::new(bucket));
            }
        }
        let staging = Staging::open(data_dir.join("staging"))?;
        Ok(Self {
            staging,
            tasks: TaskTracker::new(),
            dir,
            buckets: RwLock::new(buckets),
            sequencer,
        })
    }

    /// Returns a bucket by name. Errors with `NoSuchBucket`.
    pub(crate) fn bucket(&self, name: &str) -> S3Result<Arc<Bucket>> {
        self.read()
            .get(name)
            .cloned()
            .ok_or_else(|| s3_error!(NoSuchBucket))
    }

    /// Returns all buckets, sorted by name.
    pub(crate) fn buckets(&self) -> Vec<Arc<Bucket>> {
        self.read().values().cloned().collect()
    }

    /// Creates a bucket. Errors with `BucketAlreadyOwnedByYou` if it exists, as S3 does in every
    /// region except us-east-1.
    pub(crate) fn create(&self, name: &str) -> S3Result<()> {
        let mut buckets = self.write();
        if buckets.contains_key(name) {
            return Err(s3_error!(
                BucketAlreadyOwnedByYou,
                "Your previous request to create the named bucket succeeded and you already own it."
            ));
        }
        let bucket = Bucket::open(
            name.into(),
            self.dir.join(name),
            Arc::clone(&self.sequencer),
        );
        buckets.insert(
            name.into(),
            Arc::new(bucket.map_err(S3Error::internal_error)?),
        );
        Ok(())
    }

    /// Deletes a bucket with its settings and unfinished uploads. Errors with `BucketNotEmpty` if
    /// it has an object.
    pub(crate) fn delete(&self, name: &str) -> S3Result<()> {
        let mut buckets = self.write();
        let bucket = buckets.get(name).ok_or_else(|| s3_error!(NoSuchBucket))?;
        bucket.delete_all()?;
        buckets.remove(name);
        Ok(())
    }

    /// Runs disk work on a blocking thread. Once started, the work finishes even if the caller is
    /// cancelled.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> S3Result<T> + Send + 'static,
    ) -> S3Result<T> {
        let done = self.tasks.spawn_blocking(work).await;
        done.map_err(S3Error::internal_error)?
    }

    fn read(&self) -> RwLockReadGuard<'_, Buckets> {
        self.buckets.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Buckets> {
        self.buckets.write().unwrap_or_else(PoisonError::into_inner)
    }
}
