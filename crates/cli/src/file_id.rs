//! The identity of files.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The identity of a file or folder, however its path is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// Identifies the file at a path, or the one that a symbolic link there leads to. Returns `None` if
    /// there is none.
    pub(crate) fn from_path(path: &Path) -> Option<Self> {
        path.metadata().ok().map(|metadata| Self::new(&metadata))
    }

    /// Identifies the file or the symbolic link at a path. Returns `None` if there is none.
    pub(crate) fn from_entry(path: &Path) -> Option<Self> {
        let metadata = path.symlink_metadata();
        metadata.ok().map(|metadata| Self::new(&metadata))
    }

    fn new(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}
