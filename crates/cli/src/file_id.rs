//! The identity of files.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The identity of a file or folder. It is the same for every spelling of the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// Identifies the file at a path and follows symbolic links. Returns `None` if there is no
    /// file.
    pub(crate) fn from_path(path: &Path) -> Option<Self> {
        path.metadata().ok().map(|metadata| Self::new(&metadata))
    }

    /// Identifies the file or symbolic link at a path, and does not follow the link. Returns `None`
    /// if there is nothing.
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
