//! The text files of the repository that people write.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that are read recursively. Files at the root are read too.
const FOLDERS: &[&str] = &[
    ".ci",
    ".github",
    "bench",
    "crates",
    "deploy",
    "docs",
    "fuzz",
    "localstack",
    "xtask",
];
const EXTENSIONS: &[&str] = &[
    "rs", "md", "toml", "yml", "yaml", "py", "js", "html", "css", "json",
];
const NAMES: &[&str] = &["Dockerfile", "run"];
/// The two files that list words to avoid, and folders of generated or recorded files.
const EXCLUDED: &[&str] = &[
    "docs/glossary.md",
    "xtask/src/language/allowed.rs",
    "target",
    "tests/reference",
    "snapshots",
    "out",
];

/// Returns the sorted files, relative to the repository.
pub(crate) fn list(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root)? {
        let path = entry?.path();
        if path.is_file() {
            add(root, &path, &mut files);
        }
    }
    let folders = FOLDERS.iter().map(|folder| root.join(folder));
    for folder in folders.filter(|folder| folder.is_dir()) {
        walk(root, &folder, &mut files)?;
    }
    files.sort();
    Ok(files)
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if EXCLUDED.iter().any(|excluded| path.ends_with(excluded)) {
            continue;
        }
        if path.is_dir() {
            walk(root, &path, files)?;
        } else {
            add(root, &path, files);
        }
    }
    Ok(())
}

fn add(root: &Path, path: &Path, files: &mut Vec<PathBuf>) {
    let extension = path.extension().and_then(|extension| extension.to_str());
    let name = path.file_name().and_then(|name| name.to_str());
    let is_text = extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
        || name.is_some_and(|name| NAMES.contains(&name));
    if let Ok(path) = path.strip_prefix(root)
        && is_text
    {
        files.push(path.to_path_buf());
    }
}
