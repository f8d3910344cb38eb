//! The files that are given on the command line.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::exit_status::UsageError;

/// A file, and its path relative to the given folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SourceFile {
    pub(super) path: PathBuf,
    pub(super) relative: PathBuf,
}

/// Finds every given file and every file below a given folder, sorted by name.
pub(super) fn find(named: &[PathBuf]) -> anyhow::Result<Vec<SourceFile>> {
    let mut found = Vec::new();
    for path in named {
        if path.is_dir() {
            below(path, path, &mut found)?;
        } else if path.exists() {
            let relative = path.file_name().map(PathBuf::from).unwrap_or_default();
            found.push(SourceFile {
                path: path.clone(),
                relative,
            });
        } else {
            let path = path.display();
            return Err(UsageError(format!("{path} does not exist")).into());
        }
    }
    Ok(found)
}

fn below(root: &Path, folder: &Path, found: &mut Vec<SourceFile>) -> anyhow::Result<()> {
    let context = || format!("cannot read {}", folder.display());
    let entries: Result<Vec<_>, _> = folder.read_dir().with_context(context)?.collect();
    let mut paths: Vec<PathBuf> = entries
        .with_context(context)?
        .into_iter()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            // A symbolic link to a folder may form a cycle.
            if !path.is_symlink() {
                below(root, &path, found)?;
            }
        } else if path.is_file() || !path.exists() {
            let relative = path.strip_prefix(root).unwrap_or(&path).to_owned();
            found.push(SourceFile { path, relative });
        }
    }
    Ok(())
}
