//! The photos that are uploaded.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use darkroom_testkit::fixture::{Jpeg, scene};

/// The sizes of generated photos in pixels. Each one takes a different time to render.
const SIZES: [(u32, u32); 4] = [(320, 240), (800, 600), (1600, 1200), (2400, 1800)];

/// Returns generated photos of several sizes.
pub(crate) fn generated() -> Vec<Vec<u8>> {
    SIZES
        .iter()
        .map(|&(width, height)| Jpeg::new(&scene(width, height)).build())
        .collect()
}

/// Returns the JPEG files of a folder, in the order of their names.
///
/// Errors if there are none, or one cannot be read.
pub(crate) fn in_folder(folder: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let entries = fs::read_dir(folder);
    let entries = entries.with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.retain(|path| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        extension
            .is_some_and(|it| it.eq_ignore_ascii_case("jpg") || it.eq_ignore_ascii_case("jpeg"))
    });
    paths.sort();
    ensure!(!paths.is_empty(), "no JPEG files in {}", folder.display());
    let read = |path: &PathBuf| fs::read(path).with_context(|| path.display().to_string());
    paths.iter().map(read).collect()
}

/// Writes `count` files of the photos, which repeat, into a folder.
///
/// Errors if a file cannot be written.
pub(crate) fn write(photos: &[Vec<u8>], count: usize, folder: &Path) -> anyhow::Result<()> {
    for (index, photo) in photos.iter().cycle().take(count).enumerate() {
        fs::write(folder.join(format!("{index:04}.jpg")), photo)?;
    }
    Ok(())
}
