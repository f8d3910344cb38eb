//! The stored parts of an upload.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{CompletedPart, ETag, Part, Timestamp};
use s3s::{S3Error, S3Result, s3_error};

use crate::s3::staging::{StagedBody, Staging};

/// The minimum size of every part except the last.
const MIN_PART_BYTES: u64 = 5 * 1024 * 1024;

/// A part on disk.
pub(super) struct StoredPart {
    pub(super) path: PathBuf,
    pub(super) md5: String,
    pub(super) bytes: u64,
    modified: Timestamp,
}

impl StoredPart {
    pub(super) fn describe(self, number: i32) -> Part {
        Part {
            part_number: Some(number),
            e_tag: Some(ETag::Strong(self.md5)),
            size: i64::try_from(self.bytes).ok(),
            last_modified: Some(self.modified),
            ..Default::default()
        }
    }
}

/// Stores a part. Replaces an earlier part with the same number. Returns the MD5 of the new part,
/// which is its ETag.
pub(super) fn store(dir: &Path, number: i32, staged: StagedBody) -> io::Result<String> {
    let md5 = hex::encode(staged.md5);
    let mut stored = list(dir)?;
    let earlier = stored.remove(&number).filter(|part| part.md5 != md5);
    staged.publish(&dir.join(format!("{number:05}-{md5}")))?;
    if let Some(earlier) = earlier {
        fs::remove_file(earlier.path)?;
    }
    Ok(md5)
}

/// Returns the parts by number.
pub(super) fn list(dir: &Path) -> io::Result<BTreeMap<i32, StoredPart>> {
    let mut parts = BTreeMap::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some((number, md5)) = name.split_once('-')
            && let Ok(number) = number.parse()
        {
            let file = entry.metadata()?;
            let part = StoredPart {
                path: entry.path(),
                md5: md5.into(),
                bytes: file.len(),
                modified: file.modified()?.into(),
            };
            parts.insert(number, part);
        }
    }
    Ok(parts)
}

/// Returns the stored parts that a client lists to complete an upload.
pub(super) fn select(dir: &Path, named: &[CompletedPart]) -> S3Result<Vec<StoredPart>> {
    let mut stored = list(dir).map_err(S3Error::internal_error)?;
    if named.is_empty() {
        return Err(s3_error!(MalformedXML, "At least one part is needed"));
    }
    if !named.is_sorted_by_key(|part| part.part_number) {
        return Err(s3_error!(InvalidPartOrder));
    }
    let mut selected = Vec::new();
    for part in named {
        let found = part.part_number.and_then(|number| stored.remove(&number));
        let found = found.ok_or_else(|| s3_error!(InvalidPart))?;
        let etag = part.e_tag.as_ref();
        if etag.is_some_and(|etag| etag.value() != found.md5) {
            return Err(s3_error!(InvalidPart));
        }
        selected.push(found);
    }
    let all_but_last = selected.split_last().map_or(&[][..], |(_, rest)| rest);
    if all_but_last.iter().any(|part| part.bytes < MIN_PART_BYTES) {
        return Err(s3_error!(EntityTooSmall));
    }
    Ok(selected)
}

/// Joins the bodies of parts.
pub(super) fn join(staging: &Staging, parts: &[StoredPart]) -> io::Result<StagedBody> {
    let mut writer = staging.create(ChecksumHasher::default())?;
    for part in parts {
        writer.write_from(&mut File::open(&part.path)?)?;
    }
    Ok(writer.finish())
}

/// Returns the ETag of the joined object: the MD5 of the parts' MD5s, and the number of parts.
pub(super) fn joint_etag(parts: &[StoredPart]) -> S3Result<String> {
    let mut md5 = Md5::new();
    for part in parts {
        md5.update(&hex::decode(&part.md5).map_err(S3Error::internal_error)?);
    }
    Ok(format!("{}-{}", hex::encode(md5.finalize()), parts.len()))
}
