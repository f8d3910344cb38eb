//! The record of finished files in the output folder, with which a second run skips them.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use darkroom_contract::sha256_hex;
use serde::{Deserialize, Serialize};

use crate::report::Report;

/// The name of the record. It begins with a dot, so `process` never mistakes it for a source.
const NAME: &str = ".darkroom-results.jsonl";

/// The finished files of earlier runs.
#[derive(Debug)]
pub(super) struct FinishedFiles {
    path: PathBuf,
    reports: HashMap<FinishedId, Report>,
}

/// The identity of a source and of the recipe that was applied, as the SHA-256 of both.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct FinishedId(String);

/// One line of the record.
#[derive(Serialize, Deserialize)]
struct Line {
    id: FinishedId,
    report: Report,
}

impl FinishedId {
    /// Identifies the version of a file, without reading it: by its canonical path, its inode, its
    /// size, and the times of its last modification and of its last change.
    ///
    /// The time of the last change cannot be set back, so a file with new bytes never has the
    /// identity of the old file. Returns `None` if the file does not exist.
    pub(super) fn new(source: &Path, recipe: &str) -> Option<Self> {
        let canonical = source.canonicalize().ok()?;
        let metadata = canonical.metadata().ok()?;
        let mut text = canonical.as_os_str().as_bytes().to_vec();
        text.extend(format!("\0{recipe}\0{:?}", version(&metadata)).bytes());
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
    /// Reads the record of an output folder. Ignores lines that cannot be parsed: their files are
    /// rendered again.
    pub(super) fn read(out: &Path) -> Self {
        let path = out.join(NAME);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let reports = lines.map(|Line { id, report }| (id, report)).collect();
        Self { path, reports }
    }

    /// Returns the report of an earlier run, if its variants still exist at `variants` with the
    /// same sizes.
    pub(super) fn get(&self, id: &FinishedId, variants: &[PathBuf]) -> Option<&Report> {
        let report = self.reports.get(id)?;
        let finished = report.variants.as_ref()?;
        let is_complete = finished.len() == variants.len();
        let mut pairs = finished.iter().zip(variants);
        let exist = pairs.all(|(variant, path)| {
            let metadata = path.symlink_metadata();
            metadata.is_ok_and(|it| it.is_file() && it.len() == variant.bytes)
        });
        (is_complete && exist).then_some(report)
    }

    /// Appends a finished file. The line is written in one piece, so that several runs can share an
    /// output folder.
    pub(super) fn append(&self, id: FinishedId, report: Report) -> io::Result<()> {
        let mut line = serde_json::to_vec(&Line { id, report })?;
        line.push(b'\n');
        let mut file = File::options().create(true).append(true).open(&self.path)?;
        file.write_all(&line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ReportCommand, ReportStatus};

    #[test]
    fn a_changed_source_or_recipe_has_another_identity() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("a.jpg");
        std::fs::write(&source, "one").unwrap();
        let modified = source.metadata().unwrap().modified().unwrap();
        let id = FinishedId::new(&source, "r").unwrap();
        assert_eq!(FinishedId::new(&source, "r").unwrap(), id);
        assert_ne!(FinishedId::new(&source, "s").unwrap(), id);
        // The new bytes have the size and the modification time of the old bytes.
        std::thread::sleep(std::time::Duration::from_millis(20));
        std::fs::write(&source, "two").unwrap();
        let file = File::options().write(true).open(&source).unwrap();
        file.set_modified(modified).unwrap();
        assert_ne!(FinishedId::new(&source, "r").unwrap(), id);
        assert_eq!(FinishedId::new(&folder.path().join("absent"), "r"), None);
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
        let finished = FinishedFiles::read(folder.path());
        finished.append(id.clone(), report).unwrap();
        File::options()
            .append(true)
            .open(folder.path().join(NAME))
            .unwrap()
            .write_all(b"{\"id\":")
            .unwrap();
        let finished = FinishedFiles::read(folder.path());
        let variants = [variant.clone()];
        assert!(finished.get(&id, &variants).is_some());
        assert!(finished.get(&id, &[]).is_none());
        std::fs::write(&variant, "longer").unwrap();
        assert!(finished.get(&id, &variants).is_none());
        std::fs::remove_file(&variant).unwrap();
        assert!(finished.get(&id, &variants).is_none());
    }
}
