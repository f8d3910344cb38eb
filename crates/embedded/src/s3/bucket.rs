//! A bucket: a folder of object files, and their index in memory.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use s3s::crypto::{Checksum as _, Sha256};
use s3s::{S3Error, S3Result, s3_error};
use time::OffsetDateTime;

use super::attributes::{Attributes, ObjectHeaders, now_ms};
use super::conditions::WriteConditions;
use super::object_file;
use super::sequencer::Sequencer;
use super::settings::Settings;
use super::staging::StagedBody;

/// The objects of a bucket by key. The keys are in the order of their UTF-8 bytes, as in listings.
pub(crate) type Index = BTreeMap<String, Arc<Attributes>>;

/// A bucket. The index is always current, because no other process has the folder open.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) created: OffsetDateTime,
    pub(crate) settings: Settings,
    dir: PathBuf,
    /// The objects, or `None` once the bucket is deleted.
    objects: Mutex<Option<Index>>,
    sequencer: Arc<Sequencer>,
}

/// An object that is about to be written.
pub(crate) struct NewObject {
    pub(crate) key: String,
    /// The ETag, or `None` for the MD5 of the body.
    pub(crate) etag: Option<String>,
    pub(crate) headers: ObjectHeaders,
    /// The sizes of the parts of a multipart upload.
    pub(crate) parts: Vec<u64>,
    pub(crate) conditions: WriteConditions,
}

impl Bucket {
    /// Opens or creates the folder, and reads the attributes of every object. A power loss may
    /// leave incomplete files. Such files are logged and skipped.
    pub(crate) fn open(name: String, dir: PathBuf, sequencer: Arc<Sequencer>) -> io::Result<Self> {
        fs::create_dir_all(dir.join("objects"))?;
        let made = fs::metadata(&dir)?;
        let created = made.created().or_else(|_| made.modified())?.into();
        let settings = Settings::open(&dir.join("settings"))?;
        let objects = read_index(&dir.join("objects"))?;
        if let Some(last) = objects.values().map(|object| object.sequencer).max() {
            sequencer.skip_past(last);
        }
        let objects = Mutex::new(Some(objects));
        Ok(Self {
            name,
            created,
            settings,
            dir,
            objects,
            sequencer,
        })
    }

    /// Stores a staged body as an object. The check of the conditions and the write happen under
    /// one lock, so exactly one of several writers with `If-None-Match: *` succeeds.
    pub(crate) fn commit(
        &self,
        mut staged: StagedBody,
        new: NewObject,
    ) -> S3Result<Arc<Attributes>> {
        let mut objects = self.lock();
        let objects = objects.as_mut().ok_or_else(|| s3_error!(NoSuchBucket))?;
        let current = objects.get(&new.key).map(Arc::as_ref);
        new.conditions.check(current)?;
        let attributes = Arc::new(Attributes {
            size: staged.size,
            etag: new.etag.unwrap_or_else(|| hex::encode(staged.md5)),
            modified_ms: now_ms(),
            sequencer: self.sequencer.next(),
            headers: new.headers,
            parts: new.parts,
            checksums: std::mem::take(&mut staged.checksums),
            key: new.key,
        });
        self.publish(staged, &attributes)
            .map_err(S3Error::internal_error)?;
        objects.insert(attributes.key.clone(), Arc::clone(&attributes));
        Ok(attributes)
    }

    fn publish(&self, mut staged: StagedBody, attributes: &Attributes) -> io::Result<()> {
        object_file::append_attributes(&mut staged.file, attributes)?;
        let path = self.path(&attributes.key);
        if let Some(shard) = path.parent() {
            fs::create_dir_all(shard)?;
        }
        staged.publish(&path)
    }

    /// Returns the attributes of an object, without disk access.
    pub(crate) fn find(&self, key: &str) -> Option<Arc<Attributes>> {
        self.lock().as_ref()?.get(key).cloned()
    }

    /// Opens an object's file and reads its attributes. Both stay the same even if the object is
    /// replaced later.
    pub(crate) fn open_object(&self, key: &str) -> io::Result<Option<(File, Attributes)>> {
        match File::open(self.path(key)) {
            Ok(mut file) => {
                object_file::read_attributes(&mut file).map(|attributes| Some((file, attributes)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Deletes an object. Returns its attributes and the sequencer of the deletion, or `None` if
    /// there was no object.
    pub(crate) fn delete(
        &self,
        key: &str,
        conditions: &WriteConditions,
    ) -> S3Result<Option<(Arc<Attributes>, u64)>> {
        let mut objects = self.lock();
        let objects = objects.as_mut().ok_or_else(|| s3_error!(NoSuchBucket))?;
        let Some(current) = objects.get(key).cloned() else {
            return Ok(None);
        };
        conditions.check(Some(&current))?;
        let sequencer = self.sequencer.next();
        fs::remove_file(self.path(key)).map_err(S3Error::internal_error)?;
        objects.remove(key);
        Ok(Some((current, sequencer)))
    }

    /// Deletes the folder. Errors with `BucketNotEmpty` if the bucket has an object. After a
    /// deletion, all writes to this bucket fail.
    pub(crate) fn delete_all(&self) -> S3Result<()> {
        let mut objects = self.lock();
        if objects.as_ref().is_some_and(|index| !index.is_empty()) {
            return Err(s3_error!(BucketNotEmpty));
        }
        fs::remove_dir_all(&self.dir).map_err(S3Error::internal_error)?;
        *objects = None;
        Ok(())
    }

    /// Calls `read` with the index. All other users of the index wait until `read` returns.
    pub(crate) fn with_index<T>(&self, read: impl FnOnce(&Index) -> T) -> T {
        read(self.lock().as_ref().unwrap_or(&Index::new()))
    }

    /// Returns the folder of multipart uploads.
    pub(crate) fn uploads_dir(&self) -> PathBuf {
        self.dir.join("uploads")
    }

    fn lock(&self) -> MutexGuard<'_, Option<Index>> {
        // Every change of the index is a single call, so a panic cannot leave it inconsistent.
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the path of the file for a key. The file name is a digest, because keys may be
    /// longer than file names and contain any character.
    fn path(&self, key: &str) -> PathBuf {
        let digest = hex::encode(Sha256::checksum(key.as_bytes()));
        let (shard, rest) = digest.split_at(2);
        self.dir.join("objects").join(shard).join(rest)
    }
}

fn read_index(dir: &Path) -> io::Result<Index> {
    let mut index = Index::new();
    for shard in fs::read_dir(dir)? {
        for entry in fs::read_dir(shard?.path())? {
            let path = entry?.path();
            match File::open(&path).and_then(|mut file| object_file::read_attributes(&mut file)) {
                Ok(attributes) => {
                    index.insert(attributes.key.clone(), Arc::new(attributes));
                }
                Err(error) => {
                    tracing::warn!(path = %path.display(), %error, "skipped a damaged object file");
                }
            }
        }
    }
    Ok(index)
}
