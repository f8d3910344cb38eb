//! The corpus of real images, which is not part of the repository.

use std::path::{Path, PathBuf};

/// Returns the folder of the corpus: `DARKROOM_CORPUS`, or a folder next to the workspace.
fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let folder = std::env::var_os("DARKROOM_CORPUS").map_or(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// Returns the bytes of a file of the corpus. If there is no corpus, prints a message to stderr and
/// returns `None`.
pub(crate) fn read(name: &str) -> Option<Vec<u8>> {
    let Some(folder) = folder() else {
        eprintln!("skipped: no corpus (DARKROOM_CORPUS) to read {name} from");
        return None;
    };
    let path = folder.join(name);
    Some(std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// Returns the name and bytes of every file in a folder of the corpus, sorted by name. The list is
/// empty if there is no corpus.
pub(crate) fn read_all(name: &str) -> Vec<(String, Vec<u8>)> {
    let Some(folder) = folder() else {
        return Vec::new();
    };
    let mut files: Vec<_> = std::fs::read_dir(folder.join(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}
