//! Multipart uploads: parts as files, joined into one object at the end.
//!
//! ```text
//! uploads/{upload id}/upload.json     key and headers
//! uploads/{upload id}/00001-{md5}     a part
//! ```

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{CompletedPart, Part, StreamingBlob, Timestamp};
use s3s::{Body, S3Error, S3Result, s3_error};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::attributes::{Attributes, ObjectHeaders};
use super::bucket::{Bucket, Draft};
use super::checksums::Expected;
use super::conditions::WriteConditions;
use super::objects::{append, check_metadata, run};
use super::staging::StagedBody;
use super::store::Store;
use crate::events::{Event, Notifier};

/// Every part but the last must have this size at least.
const MIN_PART_BYTES: u64 = 5 * 1024 * 1024;
const MAX_PARTS: i32 = 10_000;
const DESCRIPTION: &str = "upload.json";

/// What was said when the upload began.
#[derive(Serialize, Deserialize)]
struct Description {
    key: String,
    headers: ObjectHeaders,
}

/// One part on disk.
struct StoredPart {
    path: PathBuf,
    md5: String,
    bytes: u64,
    modified: Timestamp,
}

/// An upload that has begun and is neither complete nor aborted.
pub(crate) struct Pending {
    bucket: Arc<Bucket>,
    dir: PathBuf,
    description: Description,
}

/// Begins an upload and answers its id.
pub(crate) fn begin(bucket: &Bucket, key: String, headers: ObjectHeaders) -> S3Result<String> {
    check_metadata(&headers)?;
    let id = Uuid::now_v7().simple().to_string();
    let dir = bucket.uploads_dir().join(&id);
    let write = || {
        fs::create_dir_all(&dir)?;
        fs::write(
            dir.join(DESCRIPTION),
            serde_json::to_vec(&Description { key, headers })?,
        )
    };
    write().map_err(S3Error::internal_error)?;
    Ok(id)
}

impl Pending {
    /// The upload of this id, or `NoSuchUpload`.
    pub(crate) fn find(bucket: Arc<Bucket>, id: &str, key: &str) -> S3Result<Self> {
        let none = || s3_error!(NoSuchUpload);
        // The id becomes part of a path.
        let id = Uuid::try_parse(id).map_err(|_| none())?;
        let dir = bucket.uploads_dir().join(id.simple().to_string());
        let text = fs::read(dir.join(DESCRIPTION)).map_err(|_| none())?;
        let description: Description =
            serde_json::from_slice(&text).map_err(S3Error::internal_error)?;
        if description.key != key {
            return Err(none());
        }
        Ok(Self {
            bucket,
            dir,
            description,
        })
    }

    /// Keeps one part, in place of an earlier one of the same number, and answers its ETag.
    pub(crate) async fn put_part(
        self,
        store: &Store,
        number: i32,
        body: Option<StreamingBlob>,
        expected: Expected,
    ) -> S3Result<String> {
        if !(1..=MAX_PARTS).contains(&number) {
            return Err(s3_error!(
                InvalidArgument,
                "Part number must be an integer between 1 and 10000, inclusive"
            ));
        }
        let body = body.unwrap_or_else(|| Body::empty().into());
        let staged = store.staging.receive(body, expected.hasher()).await?;
        expected.verify(&staged)?;
        run(store, move || {
            self.keep_part(number, staged)
                .map_err(S3Error::internal_error)
        })
        .await
    }

    fn keep_part(self, number: i32, staged: StagedBody) -> io::Result<String> {
        let md5 = hex::encode(staged.md5);
        let earlier = self
            .stored()?
            .remove(&number)
            .filter(|part| part.md5 != md5);
        staged.publish(&self.dir.join(format!("{number:05}-{md5}")))?;
        earlier.map_or(Ok(()), |part| fs::remove_file(part.path))?;
        Ok(md5)
    }

    /// The parts so far, by number.
    pub(crate) fn parts(&self) -> S3Result<Vec<Part>> {
        let stored = self.stored().map_err(S3Error::internal_error)?;
        let describe = |(number, part): (i32, StoredPart)| Part {
            part_number: Some(number),
            e_tag: Some(s3s::dto::ETag::Strong(part.md5)),
            size: i64::try_from(part.bytes).ok(),
            last_modified: Some(part.modified),
            ..Default::default()
        };
        Ok(stored.into_iter().map(describe).collect())
    }

    /// Joins the named parts into the object.
    pub(crate) async fn complete(
        self,
        store: &Arc<Store>,
        notifier: &Notifier,
        named: Vec<CompletedPart>,
        conditions: WriteConditions,
    ) -> S3Result<Arc<Attributes>> {
        let (of_staging, notifier) = (Arc::clone(store), notifier.clone());
        let work = move || {
            let parts = self.choose(&named)?;
            let staged = join(&of_staging, &parts).map_err(S3Error::internal_error)?;
            let draft = Draft {
                key: self.description.key,
                etag: Some(joint_etag(&parts)?),
                headers: self.description.headers,
                conditions,
            };
            let object = self.bucket.commit(staged, draft)?;
            if let Err(error) = fs::remove_dir_all(&self.dir) {
                tracing::warn!(%error, "the parts of a complete upload were left on disk");
            }
            notifier.tell(
                &self.bucket,
                Event::CompleteMultipartUpload,
                &object,
                object.sequencer,
            );
            Ok(object)
        };
        run(store, work).await
    }

    /// Gives the upload up, parts and all.
    pub(crate) fn abort(self) -> S3Result<()> {
        fs::remove_dir_all(self.dir).map_err(S3Error::internal_error)
    }

    /// The parts that the client names, checked against those stored.
    fn choose(&self, named: &[CompletedPart]) -> S3Result<Vec<StoredPart>> {
        let mut stored = self.stored().map_err(S3Error::internal_error)?;
        if named.is_empty() {
            return Err(s3_error!(MalformedXML, "At least one part is needed"));
        }
        if !named.is_sorted_by_key(|part| part.part_number) {
            return Err(s3_error!(InvalidPartOrder));
        }
        let mut chosen = Vec::new();
        for part in named {
            let found = part.part_number.and_then(|number| stored.remove(&number));
            let found = found.ok_or_else(|| s3_error!(InvalidPart))?;
            if part
                .e_tag
                .as_ref()
                .is_some_and(|etag| etag.value() != found.md5)
            {
                return Err(s3_error!(InvalidPart));
            }
            chosen.push(found);
        }
        let all_but_last = chosen.split_last().map_or(&[][..], |(_, rest)| rest);
        if all_but_last.iter().any(|part| part.bytes < MIN_PART_BYTES) {
            return Err(s3_error!(EntityTooSmall));
        }
        Ok(chosen)
    }

    fn stored(&self) -> io::Result<BTreeMap<i32, StoredPart>> {
        let mut parts = BTreeMap::new();
        for entry in fs::read_dir(&self.dir)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some((number, md5)) = name.split_once('-')
                && let Ok(number) = number.parse()
            {
                let file = entry.metadata()?;
                let modified = file.modified()?.into();
                parts.insert(
                    number,
                    StoredPart {
                        path: entry.path(),
                        md5: md5.into(),
                        bytes: file.len(),
                        modified,
                    },
                );
            }
        }
        Ok(parts)
    }
}

fn join(store: &Store, parts: &[StoredPart]) -> io::Result<StagedBody> {
    let mut writer = store.staging.create(ChecksumHasher::default())?;
    for part in parts {
        append(&mut File::open(&part.path)?, |piece| writer.write(piece))?;
    }
    Ok(writer.finish())
}

/// The MD5 of the parts' MD5s, and how many there are.
fn joint_etag(parts: &[StoredPart]) -> S3Result<String> {
    let mut md5 = Md5::new();
    for part in parts {
        md5.update(&hex::decode(&part.md5).map_err(S3Error::internal_error)?);
    }
    Ok(format!("{}-{}", hex::encode(md5.finalize()), parts.len()))
}
