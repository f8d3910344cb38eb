//! The file that maps imported objects to their uploads.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

use darkroom_contract::RawKey;
use serde::{Deserialize, Serialize};

/// One line of the file, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedObject {
    /// The key of the object that is imported.
    pub key: String,
    /// The upload that it becomes: its fields `profile`, `owner` and `id`.
    #[serde(flatten)]
    pub upload: RawKey,
    /// `false` while the object is being copied. A line with `true` follows.
    pub copied: bool,
}

/// A file that gets one line before each object is copied, and another line after it. An
/// interrupted import therefore continues under the same ids, and imports no object twice.
#[derive(Debug)]
pub struct ImportMapping {
    objects: HashMap<String, ImportedObject>,
    file: Option<File>,
}

impl ImportMapping {
    /// Opens a file, and creates it if it does not exist. An incomplete last line, which an
    /// interrupted write leaves behind, is removed.
    ///
    /// # Errors
    /// The error of the file system, or `InvalidData` if a line is not an [`ImportedObject`].
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.create(true).append(true).read(true).open(path)?;
        let mut objects = HashMap::new();
        let mut complete_bytes = 0;
        let mut reader = BufReader::new(&file);
        let mut line = String::new();
        while reader.read_line(&mut line)? > 0 && line.ends_with('\n') {
            let object: ImportedObject = serde_json::from_str(&line).map_err(|error| {
                let problem = format!("after {complete_bytes} bytes: {error}");
                io::Error::new(io::ErrorKind::InvalidData, problem)
            })?;
            objects.insert(object.key.clone(), object);
            complete_bytes += line.len() as u64;
            line.clear();
        }
        file.set_len(complete_bytes)?;
        Ok(Self {
            objects,
            file: Some(file),
        })
    }

    /// Creates a mapping without a file, for a dry run.
    pub fn in_memory() -> Self {
        Self {
            objects: HashMap::new(),
            file: None,
        }
    }

    /// Returns the entry of an object.
    pub fn get(&self, key: &str) -> Option<&ImportedObject> {
        self.objects.get(key)
    }

    /// Adds entries durably.
    ///
    /// # Errors
    /// The error of the file system.
    pub fn add(&mut self, objects: Vec<ImportedObject>) -> io::Result<()> {
        let mut lines = Vec::new();
        for object in &objects {
            serde_json::to_writer(&mut lines, object)?;
            lines.push(b'\n');
        }
        if let Some(file) = &mut self.file {
            file.write_all(&lines)?;
            file.sync_data()?;
        }
        let entries = objects
            .into_iter()
            .map(|object| (object.key.clone(), object));
        self.objects.extend(entries);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use darkroom_uploads::MemoryStore;

    use super::*;

    #[test]
    fn entries_survive_a_restart_and_an_incomplete_line_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mapping.jsonl");
        let object = |key: &str, copied| ImportedObject {
            key: key.to_owned(),
            upload: MemoryStore::new_key(),
            copied,
        };
        let (first, second) = (object("a", false), object("b", true));
        let mut mapping = ImportMapping::open(&path).unwrap();
        mapping.add(vec![first.clone(), second.clone()]).unwrap();
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"key\":\"c\"").unwrap();
        let third = object("d", true);
        let mut mapping = ImportMapping::open(&path).unwrap();
        mapping.add(vec![third.clone()]).unwrap();
        let mapping = ImportMapping::open(&path).unwrap();
        for object in [&first, &second, &third] {
            assert_eq!(mapping.get(&object.key), Some(object));
        }
        assert_eq!(mapping.get("c"), None);
    }

    #[test]
    fn a_file_of_another_kind_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        std::fs::write(&path, "notes\n").unwrap();
        let refused = ImportMapping::open(&path).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
        assert_eq!(std::fs::read(&path).unwrap(), b"notes\n");
    }
}
