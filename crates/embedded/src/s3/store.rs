//! The buckets of a data folder.

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

/// Everything S3 keeps under the data folder.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) staging: Staging,
    /// Disk work under way. A stop waits for it, so that no write comes after the folder is given up.
    pub(crate) tasks: TaskTracker,
    dir: PathBuf,
    buckets: RwLock<Buckets>,
    sequencer: Arc<Sequencer>,
}

impl Store {
    /// Opens the folder, reading every object's attributes: about a second per hundred thousand objects.
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

    /// A bucket by name, or `NoSuchBucket`.
    pub(crate) fn bucket(&self, name: &str) -> S3Result<Arc<Bucket>> {
        self.read()
            .get(name)
            .cloned()
            .ok_or_else(|| s3_error!(NoSuchBucket))
    }

    /// Every bucket, by name.
    pub(crate) fn buckets(&self) -> Vec<Arc<Bucket>> {
        self.read().values().cloned().collect()
    }

    /// Makes a bucket. As everywhere but in us-east-1, a second time is `BucketAlreadyOwnedByYou`.
    pub(crate) fn create(&self, name: &str) -> S3Result<()> {
        let mut buckets = self.write();
        if buckets.contains_key(name) {
            return Err(s3_error!(
                BucketAlreadyOwnedByYou,
                "The bucket exists and is yours"
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

    fn read(&self) -> RwLockReadGuard<'_, Buckets> {
        self.buckets.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Buckets> {
        self.buckets.write().unwrap_or_else(PoisonError::into_inner)
    }
}
