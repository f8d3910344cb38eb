//! One bucket: a folder of object files and an index of them in memory.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use s3s::crypto::{Checksum as _, Sha256};
use s3s::{S3Error, S3Result};
use time::OffsetDateTime;

use super::attributes::{Attributes, ObjectHeaders, now_ms};
use super::conditions::WriteConditions;
use super::object_file;
use super::sequencer::Sequencer;
use super::settings::Settings;
use super::staging::StagedBody;

/// The objects of a bucket by key, in the order that listings use (bytes of the key in UTF-8).
pub(crate) type Index = BTreeMap<String, Arc<Attributes>>;

/// A bucket. Only one process has its folder open, so the index is the truth while it lives.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) created: OffsetDateTime,
    pub(crate) settings: Settings,
    dir: PathBuf,
    objects: Mutex<Index>,
    sequencer: Arc<Sequencer>,
}

/// What a write says of the object, before the bucket gives it a time and a sequencer.
pub(crate) struct Draft {
    pub(crate) key: String,
    /// Only where it is not the MD5 of the body.
    pub(crate) etag: Option<String>,
    pub(crate) headers: ObjectHeaders,
    pub(crate) conditions: WriteConditions,
}

impl Bucket {
    /// Opens or makes the folder, and reads every object's attributes. An incomplete file (the machine lost power)
    /// is reported and left out.
    pub(crate) fn open(name: String, dir: PathBuf, sequencer: Arc<Sequencer>) -> io::Result<Self> {
        fs::create_dir_all(dir.join("objects"))?;
        let made = fs::metadata(&dir)?;
        let created = made.created().or_else(|_| made.modified())?.into();
        let settings = Settings::open(dir.join("settings"))?;
        let objects = read_index(&dir.join("objects"))?;
        if let Some(last) = objects.values().map(|object| object.sequencer).max() {
            sequencer.skip_past(last);
        }
        let objects = Mutex::new(objects);
        Ok(Self {
            name,
            created,
            settings,
            dir,
            objects,
            sequencer,
        })
    }

    /// Makes a staged body the object of its key. The condition is checked and the file published under one lock:
    /// of two writers with `If-None-Match: *`, exactly one wins.
    pub(crate) fn commit(&self, mut staged: StagedBody, draft: Draft) -> S3Result<Arc<Attributes>> {
        let mut objects = self.lock();
        draft
            .conditions
            .check(objects.get(&draft.key).map(Arc::as_ref))?;
        let attributes = Arc::new(Attributes {
            size: staged.size,
            etag: draft.etag.unwrap_or_else(|| hex::encode(staged.md5)),
            modified_ms: now_ms(),
            sequencer: self.sequencer.next(),
            headers: draft.headers,
            checksums: std::mem::take(&mut staged.checksums),
            key: draft.key,
        });
        self.publish(staged, &attributes)
            .map_err(S3Error::internal_error)?;
        objects.insert(attributes.key.clone(), Arc::clone(&attributes));
        Ok(attributes)
    }

    fn publish(&self, mut staged: StagedBody, attributes: &Attributes) -> io::Result<()> {
        object_file::seal(&mut staged.file, attributes)?;
        let path = self.path_of(&attributes.key);
        if let Some(shard) = path.parent() {
            fs::create_dir_all(shard)?;
        }
        staged.publish(&path)
    }

    /// What is known of an object, without touching the disk.
    pub(crate) fn find(&self, key: &str) -> Option<Arc<Attributes>> {
        self.lock().get(key).cloned()
    }

    /// An object's file and the attributes in that very file: a writer that replaces the object meanwhile changes
    /// neither.
    pub(crate) fn open_object(&self, key: &str) -> io::Result<Option<(File, Attributes)>> {
        match File::open(self.path_of(key)) {
            Ok(mut file) => {
                object_file::attributes_of(&mut file).map(|attributes| Some((file, attributes)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes an object; `None` where there was none, which S3 calls a success. The number is the sequencer of the
    /// removal.
    pub(crate) fn delete(
        &self,
        key: &str,
        conditions: &WriteConditions,
    ) -> S3Result<Option<(Arc<Attributes>, u64)>> {
        let mut objects = self.lock();
        let Some(current) = objects.get(key).cloned() else {
            return Ok(None);
        };
        conditions.check(Some(&current))?;
        let sequencer = self.sequencer.next();
        fs::remove_file(self.path_of(key)).map_err(S3Error::internal_error)?;
        objects.remove(key);
        Ok(Some((current, sequencer)))
    }

    /// Runs `read` on the index, for listings. Writers wait meanwhile.
    pub(crate) fn with_index<T>(&self, read: impl FnOnce(&Index) -> T) -> T {
        read(&self.lock())
    }

    /// The folder of the parts of multipart uploads.
    pub(crate) fn uploads_dir(&self) -> PathBuf {
        self.dir.join("uploads")
    }

    fn lock(&self) -> MutexGuard<'_, Index> {
        // Every change of the index is one call, so a panic elsewhere cannot leave it half done.
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keys may be 1,024 bytes and hold anything, file names may not; so the name is the key's digest.
    fn path_of(&self, key: &str) -> PathBuf {
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
            match File::open(&path).and_then(|mut file| object_file::attributes_of(&mut file)) {
                Ok(attributes) => {
                    index.insert(attributes.key.clone(), Arc::new(attributes));
                }
                Err(error) => {
                    tracing::warn!(path = %path.display(), %error, "left out a damaged object file");
                }
            }
        }
    }
    Ok(index)
}
