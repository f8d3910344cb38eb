//! The photos of the job.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// A photo: a JPEG file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// The file.
    pub path: PathBuf,
    /// The file's name without its extension. All peers name their variants by it.
    pub stem: String,
    /// The size of the file.
    pub bytes: u64,
}

impl Photo {
    /// Returns the file that a peer writes in full size.
    pub fn original(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.webp", self.stem))
    }

    /// Returns the file that a peer writes inside 400 x 400.
    pub fn thumbnail(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}_thumb.webp", self.stem))
    }
}

/// Returns the root folder of the repository.
pub fn repository() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = crate_folder.ancestors().nth(2);
    root.unwrap_or(crate_folder).to_path_buf()
}

/// Returns the folder of test images: `$DARKROOM_CORPUS`, or `../shared/corpus` beside this repository.
pub fn corpus() -> PathBuf {
    let corpus = std::env::var_os("DARKROOM_CORPUS").filter(|corpus| !corpus.is_empty());
    corpus.map_or_else(|| repository().join("../shared/corpus"), PathBuf::from)
}

/// Returns the folder of photos that is measured by default.
pub fn default_folder() -> PathBuf {
    corpus().join("bench")
}

/// Returns the photos of a folder, ordered by name. Files other than JPEG are ignored.
///
/// Errors if the folder cannot be read or contains no photo, and if two photos would have variants
/// of the same name.
pub fn list(folder: &Path) -> anyhow::Result<Vec<Photo>> {
    let entries = fs::read_dir(folder).with_context(|| {
        format!(
            "cannot read {}: choose a folder with --photos",
            folder.display()
        )
    })?;
    let mut photos = Vec::new();
    for entry in entries {
        let path = fs::canonicalize(entry?.path())?;
        if is_jpeg(&path) && path.is_file() {
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let stem = stem.with_context(|| format!("{} is not UTF-8", path.display()))?;
            let (stem, bytes) = (stem.to_owned(), fs::metadata(&path)?.len());
            photos.push(Photo { path, stem, bytes });
        }
    }
    if photos.is_empty() {
        bail!("{} contains no JPEG files", folder.display());
    }
    photos.sort_by(|a, b| a.path.cmp(&b.path));
    reject_ambiguous_names(&photos)?;
    Ok(photos)
}

fn is_jpeg(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        ["jpg", "jpeg"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

fn reject_ambiguous_names(photos: &[Photo]) -> anyhow::Result<()> {
    let mut names = BTreeSet::new();
    for photo in photos {
        for suffix in ["", "_thumb"] {
            if !names.insert(format!("{}{suffix}", photo.stem)) {
                bail!(
                    "two photos would have variants named {}{suffix}",
                    photo.stem
                );
            }
        }
    }
    Ok(())
}

/// Returns the `count` photos with the fewest bytes, in their previous order.
pub fn smallest(photos: &[Photo], count: usize) -> Vec<Photo> {
    let mut order: Vec<usize> = (0..photos.len()).collect();
    order.sort_by_key(|&index| photos[index].bytes);
    order.truncate(count);
    order.sort_unstable();
    order
        .into_iter()
        .map(|index| photos[index].clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(names: &[(&str, usize)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in names {
            fs::write(folder.path().join(name), vec![0; *bytes]).unwrap();
        }
        folder
    }

    fn stems(photos: &[Photo]) -> Vec<&str> {
        photos.iter().map(|photo| photo.stem.as_str()).collect()
    }

    #[test]
    fn only_jpeg_files_are_photos_and_their_order_is_that_of_their_names() {
        let folder = folder_with(&[("c.JPEG", 3), ("a.jpg", 1), ("b.png", 2), ("d.txt", 1)]);
        assert_eq!(stems(&list(folder.path()).unwrap()), ["a", "c"]);
    }

    #[test]
    fn the_smallest_photos_keep_their_order() {
        let folder = folder_with(&[("a.jpg", 2), ("b.jpg", 3), ("c.jpg", 1)]);
        let photos = list(folder.path()).unwrap();
        assert_eq!(stems(&smallest(&photos, 2)), ["a", "c"]);
        assert_eq!(smallest(&photos, 9).len(), 3);
    }

    #[test]
    fn photos_whose_variants_would_have_the_same_name_are_refused() {
        for names in [["a.jpg", "a.jpeg"], ["a.jpg", "a_thumb.jpg"]] {
            let folder = folder_with(&names.map(|name| (name, 1)));
            let error = list(folder.path()).unwrap_err().to_string();
            assert!(error.starts_with("two photos"), "{error}");
        }
    }

    #[test]
    fn a_folder_without_photos_is_refused() {
        assert!(list(folder_with(&[("b.png", 2)]).path()).is_err());
        assert!(list(Path::new("/does/not/exist")).is_err());
    }
}
