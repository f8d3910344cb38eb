//! The files that the command line names.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use crate::console::eprint;
use crate::file_id::FileId;
use crate::path_text::path_text;
use crate::stdin_file;

/// The name of stdin on the command line.
pub(crate) const STDIN: &str = "-";
/// The name of stdin in paths of results.
const STDIN_RELATIVE: &str = "stdin";

/// The names, in lower case, of files and folders that operating systems and programs leave beside
/// photos.
const SYSTEM_NAMES: [&[u8]; 10] = [
    b".ds_store",
    b"thumbs.db",
    b"ehthumbs.db",
    b"desktop.ini",
    b"icon\r",
    b"picasa.ini",
    b"__macosx",
    b"$recycle.bin",
    b"system volume information",
    b"@eadir",
];
/// The prefix of the extra files that macOS writes for metadata that the file system does not
/// support.
const APPLE_DOUBLE_PREFIX: &[u8] = b"._";

/// A file to process.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// The path to read from.
    pub(crate) path: PathBuf,
    /// The path below the folder on the command line. If the command line names the file itself,
    /// the name of the file.
    pub(crate) relative: PathBuf,
    /// The copy of stdin at `path`, if this is stdin.
    pub(crate) stdin: Option<TempPath>,
}

impl SourceFile {
    /// Returns the path for reports: `-` for stdin.
    pub(crate) fn name(&self) -> &Path {
        match self.stdin {
            Some(_) => Path::new(STDIN),
            None => &self.path,
        }
    }
}

/// Finds every file on the command line, and every file below a folder on the command line. The
/// contents of a folder are in the order of their names. Returns each file once.
///
/// Below a folder, skips system files, names that begin with a dot, links to folders, special files
/// such as sockets, and the folder or file `excluded`.
///
/// On the command line itself, skips only system files and the folder `excluded`, and reports each
/// skipped path on stderr. The user may not have named such a path: a `*` may have matched it. A
/// path that does not exist is returned too. The code that reads the file reports the error.
///
/// Copies stdin to a temporary file, if the command line names `-`.
///
/// # Errors
/// An error if stdin cannot be copied.
pub(crate) fn find(named: &[PathBuf], excluded: Option<FileId>) -> anyhow::Result<Vec<SourceFile>> {
    let mut search = Search {
        excluded,
        seen: HashSet::new(),
        found: Vec::new(),
    };
    for path in named {
        let name = path.file_name().unwrap_or_default();
        if path == Path::new(STDIN) {
            search.stdin()?;
        } else if path.is_dir() && search.is_excluded(path) {
            eprint(&format!(
                "{}: skipped, because it is the output folder",
                path_text(path)
            ));
        } else if path.is_dir() {
            search.folder(path, path);
        } else if is_system_name(name) {
            eprint(&format!(
                "{}: skipped, because it is a system file",
                path_text(path)
            ));
        } else {
            search.file(path.clone(), name.into());
        }
    }
    Ok(search.found)
}

struct Search {
    excluded: Option<FileId>,
    seen: HashSet<PathBuf>,
    found: Vec<SourceFile>,
}

impl Search {
    fn folder(&mut self, root: &Path, folder: &Path) {
        let entries: Result<Vec<_>, _> = folder.read_dir().and_then(Iterator::collect);
        let Ok(entries) = entries else {
            // The code that reads this path as a file reports the error.
            self.file(folder.to_owned(), PathBuf::new());
            return;
        };
        let mut paths: Vec<PathBuf> = entries.iter().map(std::fs::DirEntry::path).collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap_or_default();
            if is_dot_name(name) || is_system_name(name) {
                continue;
            }
            if path.is_dir() {
                // A symbolic link may point to a parent folder, so following it could loop forever.
                if !path.is_symlink() && !self.is_excluded(&path) {
                    self.folder(root, &path);
                }
            } else if (path.is_file() && !self.is_excluded(&path)) || !path.exists() {
                let relative = path.strip_prefix(root).unwrap_or(&path).to_owned();
                self.file(path, relative);
            }
        }
    }

    fn is_excluded(&self, path: &Path) -> bool {
        self.excluded.is_some() && FileId::from_path(path) == self.excluded
    }

    fn file(&mut self, path: PathBuf, relative: PathBuf) {
        let canonical = path.canonicalize().unwrap_or_else(|_| path.clone());
        if self.seen.insert(canonical) {
            self.found.push(SourceFile {
                path,
                relative,
                stdin: None,
            });
        }
    }

    fn stdin(&mut self) -> anyhow::Result<()> {
        if self.seen.insert(STDIN.into()) {
            let copy = stdin_file::copy()?;
            self.found.push(SourceFile {
                path: copy.to_path_buf(),
                relative: STDIN_RELATIVE.into(),
                stdin: Some(copy),
            });
        }
        Ok(())
    }
}

fn is_dot_name(name: &OsStr) -> bool {
    name.as_bytes().starts_with(b".")
}

fn is_system_name(name: &OsStr) -> bool {
    let name = name.as_bytes().to_ascii_lowercase();
    name.starts_with(APPLE_DOUBLE_PREFIX) || SYSTEM_NAMES.contains(&name.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the relative paths that [`find`] returns for a folder with these files.
    fn found(files: &[&str], excluded: Option<&str>) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let excluded = excluded.map(|name| FileId::from_path(&folder.path().join(name)).unwrap());
        let sources = find(&[folder.path().to_owned()], excluded).unwrap();
        let relative = |source: SourceFile| source.relative.display().to_string();
        sources.into_iter().map(relative).collect()
    }

    #[test]
    fn system_files_are_skipped() {
        let files = [
            "._a.jpg",
            ".DS_Store",
            ".Trashes/b.jpg",
            "@eaDir/a.jpg/thumb.jpg",
            "Desktop.ini",
            "Icon\r",
            "Thumbs.db",
            "__MACOSX/._a.jpg",
            "a.jpg",
            "sub/c.jpg",
        ];
        assert_eq!(found(&files, None), ["a.jpg", "sub/c.jpg"]);
    }

    #[test]
    fn the_excluded_file_is_skipped() {
        let found = found(&["a.jpg", "uploads.jsonl"], Some("uploads.jsonl"));
        assert_eq!(found, ["a.jpg"]);
    }

    #[test]
    fn the_excluded_folder_is_skipped() {
        let files = ["a.jpg", "out/a.webp", "out/sub/b.webp", "sub/c.jpg"];
        assert_eq!(found(&files, Some("out")), ["a.jpg", "sub/c.jpg"]);
    }

    #[test]
    fn a_file_that_is_named_twice_is_found_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.jpg");
        std::fs::write(&file, "x").unwrap();
        let absent = folder.path().join("absent.jpg");
        let named = [
            folder.path().to_owned(),
            file.clone(),
            folder.path().join(".").join("a.jpg"),
            absent.clone(),
        ];
        let paths = find(&named, None)
            .unwrap()
            .into_iter()
            .map(|source| source.path);
        assert_eq!(paths.collect::<Vec<_>>(), [file, absent]);
    }

    #[test]
    fn a_named_file_is_found_unless_it_is_a_system_file() {
        let named = [".dotted.jpg", "._a.jpg", "Thumbs.db", "b"].map(PathBuf::from);
        let paths = find(&named, None)
            .unwrap()
            .into_iter()
            .map(|source| source.path);
        assert_eq!(
            paths.collect::<Vec<_>>(),
            [Path::new(".dotted.jpg"), Path::new("b")]
        );
    }
}
