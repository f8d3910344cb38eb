//! The record of finished files, with which a second run skips them.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use darkroom_contract::sha256_hex;
use serde::{Deserialize, Serialize};

use crate::report::Report;
use crate::sources::SourceFile;

/// The finished files of earlier runs.
#[derive(Debug)]
pub(crate) struct FinishedFiles {
    path: PathBuf,
    reports: HashMap<FinishedId, Report>,
}

/// The identity of a source and of the job that was done with it, as the SHA-256 of both.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct FinishedId(String);

/// One line of the record.
#[derive(Serialize, Deserialize)]
struct Line {
    id: FinishedId,
    report: Report,
}

impl FinishedId {
    /// Identifies the version of a file, without reading it: by its canonical path, its inode, its
    /// size, the time of its last modification (`mtime`), and the time of the last change of its
    /// inode (`ctime`).
    ///
    /// Programs cannot set `ctime`, so a file with new bytes never has the identity of the old
    /// file. `job` is the digest of a recipe or the target of an upload.
    /// Returns `None` if the source is stdin or does not exist.
    pub(crate) fn new(source: &SourceFile, job: &str) -> Option<Self> {
        if source.stdin.is_some() {
            return None;
        }
        let canonical = source.path.canonicalize().ok()?;
        let metadata = canonical.metadata().ok()?;
        let mut text = canonical.as_os_str().as_bytes().to_vec();
        text.extend(format!("\0{job}\0{:?}", version(&metadata)).bytes());
        Some(Self(sha256_hex(&text)))
    }
}

fn version(metadata: &Metadata) -> [i128; 6] {
    [
        metadata.ino().into(),
        metadata.size().into(),
        metadata.mtime().into(),
        metadata.mtime_nsec().into(),
        metadata.ctime().into(),
        metadata.ctime_nsec().into(),
    ]
}

impl FinishedFiles {
    /// Reads a record. Ignores lines that cannot be parsed: their files are done again. A record
    /// that does not exist is empty.
    pub(crate) fn read(path: PathBuf) -> Self {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let reports = lines.map(|Line { id, report }| (id, report)).collect();
        Self { path, reports }
    }

    /// Returns the report of an earlier run.
    pub(crate) fn get(&self, id: &FinishedId) -> Option<&Report> {
        self.reports.get(id)
    }

    /// Returns the report of an earlier run, if its variants still exist at `variants` with the
    /// same sizes.
    pub(crate) fn with_variants(&self, id: &FinishedId, variants: &[PathBuf]) -> Option<&Report> {
        let report = self.get(id)?;
        let finished = report.variants.as_ref()?;
        let is_complete = finished.len() == variants.len();
        let mut pairs = finished.iter().zip(variants);
        let exist = pairs.all(|(variant, path)| {
            let metadata = path.symlink_metadata();
            metadata.is_ok_and(|it| it.is_file() && it.len() == variant.bytes)
        });
        (is_complete && exist).then_some(report)
    }

    /// Appends a finished file. The line is written in one piece, so that several runs can share a
    /// record.
    ///
    /// # Errors
    /// The error of the file system.
    pub(crate) fn append(&self, id: FinishedId, report: Report) -> io::Result<()> {
        let mut line = serde_json::to_vec(&Line { id, report })?;
        line.push(b'\n');
        self.open()?.write_all(&line)
    }

    /// Opens the record, and creates it if it does not exist.
    ///
    /// # Errors
    /// The error of the file system.
    pub(crate) fn open(&self) -> io::Result<File> {
        File::options().create(true).append(true).open(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ReportCommand, ReportStatus};

    #[test]
    fn a_changed_source_or_recipe_has_another_identity() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jpg");
        std::fs::write(&path, "one").unwrap();
        let modified = path.metadata().unwrap().modified().unwrap();
        let source = SourceFile {
            path: path.clone(),
            relative: "a.jpg".into(),
            stdin: None,
        };
        let id = FinishedId::new(&source, "r").unwrap();
        assert_eq!(FinishedId::new(&source, "r").unwrap(), id);
        assert_ne!(FinishedId::new(&source, "s").unwrap(), id);
        // The new bytes have the size and the modification time of the old bytes.
        std::thread::sleep(std::time::Duration::from_millis(20));
        std::fs::write(&path, "two").unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(modified).unwrap();
        assert_ne!(FinishedId::new(&source, "r").unwrap(), id);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(FinishedId::new(&source, "r"), None);
    }

    #[test]
    fn a_file_is_finished_only_while_its_variants_exist() {
        let folder = tempfile::tempdir().unwrap();
        let variant = folder.path().join("a.webp");
        std::fs::write(&variant, "webp").unwrap();
        let id = FinishedId("x".to_owned());
        let mut report = Report::new(ReportCommand::Process, ReportStatus::Ready);
        let fields = serde_json::json!([{
            "name": "original", "content_type": "image/webp", "width": 1, "height": 1,
            "bytes": 4, "sha256": "00",
        }]);
        report.variants = Some(serde_json::from_value(fields).unwrap());
        let record = folder.path().join("record.jsonl");
        let finished = FinishedFiles::read(record.clone());
        finished.append(id.clone(), report).unwrap();
        File::options()
            .append(true)
            .open(&record)
            .unwrap()
            .write_all(b"{\"id\":")
            .unwrap();
        let finished = FinishedFiles::read(record);
        let variants = [variant.clone()];
        assert!(finished.with_variants(&id, &variants).is_some());
        assert!(finished.with_variants(&id, &[]).is_none());
        std::fs::write(&variant, "longer").unwrap();
        assert!(finished.with_variants(&id, &variants).is_none());
        std::fs::remove_file(&variant).unwrap();
        assert!(finished.with_variants(&id, &variants).is_none());
    }
}
