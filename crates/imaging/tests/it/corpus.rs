//! The corpus of real pictures, which is not part of the repository.

use std::path::{Path, PathBuf};

/// Where the corpus is: `DARKROOM_CORPUS`, else beside the workspace; `None` where it is absent.
fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let folder = std::env::var_os("DARKROOM_CORPUS").map_or(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// The bytes of a file of the corpus; `None`, said on stderr, where there is no corpus.
pub(crate) fn read(name: &str) -> Option<Vec<u8>> {
    let Some(folder) = folder() else {
        eprintln!("skipped: no corpus (DARKROOM_CORPUS) to read {name} from");
        return None;
    };
    let path = folder.join(name);
    Some(std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// Name and bytes of every file in a folder of the corpus, in order of name; none where there is
/// no corpus.
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
