//! The paths of the variants.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use darkroom_contract::{Profile, VariantSettings};

use super::sources::SourceFile;

/// The paths of all variants, determined before any file is written.
pub(super) struct Destinations {
    /// For each source, the path of its variants without suffix and extension.
    stems: Vec<PathBuf>,
}

impl Destinations {
    /// Determines `{out}/{stem}{suffix}.{extension}` below the folders of the sources.
    ///
    /// Sources that would share a path keep their extension in the name: `a.jpg` and `a.png` become
    /// `a.jpg.webp` and `a.png.webp`. If the names still collide, they are numbered.
    pub(super) fn plan(sources: &[SourceFile], profile: &Profile, out: &Path) -> Self {
        let short: Vec<PathBuf> = sources
            .iter()
            .map(|source| source.relative.with_extension(""))
            .collect();
        let clashes = clashes(&short, profile);
        let mut taken: HashMap<PathBuf, u32> = HashMap::new();
        let stems = sources
            .iter()
            .zip(short)
            .zip(clashes)
            .map(|((source, short), clash)| {
                let stem = if clash {
                    source.relative.clone()
                } else {
                    short
                };
                let times = taken.entry(stem.clone()).or_insert(0);
                *times += 1;
                match *times {
                    1 => out.join(stem),
                    times => out.join(appended(&stem, &format!("-{times}"))),
                }
            });
        Self {
            stems: stems.collect(),
        }
    }

    /// Returns the path of one variant of the source at `index`.
    pub(super) fn path(&self, index: usize, variant: &VariantSettings) -> PathBuf {
        let end = format!("{}.{}", variant.suffix, variant.format.extension());
        self.stems
            .get(index)
            .map(|stem| appended(stem, &end))
            .unwrap_or_default()
    }
}

/// Returns `true` for each stem if one of its variants would have the same path as a variant of
/// another stem, as with `a` and `a_thumb`.
fn clashes(stems: &[PathBuf], profile: &Profile) -> Vec<bool> {
    let mut users: HashMap<PathBuf, u32> = HashMap::new();
    let paths = |stem: &PathBuf| -> Vec<PathBuf> {
        let suffixes = profile.variants.iter();
        suffixes
            .map(|variant| appended(stem, &variant.suffix))
            .collect()
    };
    for path in stems.iter().flat_map(paths) {
        *users.entry(path).or_insert(0) += 1;
    }
    let clash = |stem: &PathBuf| paths(stem).iter().any(|path| users.get(path) != Some(&1));
    stems.iter().map(clash).collect()
}

fn appended(path: &Path, end: &str) -> PathBuf {
    let mut text = path.as_os_str().to_owned();
    text.push(end);
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(relative: &[&str]) -> Vec<String> {
        let sources: Vec<SourceFile> = relative
            .iter()
            .map(|relative| SourceFile {
                path: relative.into(),
                relative: relative.into(),
            })
            .collect();
        let profile = Profile::default();
        let destinations = Destinations::plan(&sources, &profile, Path::new("out"));
        (0..sources.len())
            .flat_map(|index| {
                let paths = profile.variants.iter();
                let paths = paths.map(|variant| destinations.path(index, variant));
                paths
                    .map(|path| path.display().to_string())
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn a_variant_is_named_after_its_source() {
        assert_eq!(
            planned(&["x/a.jpg"]),
            ["out/x/a.webp", "out/x/a_thumb.webp"]
        );
        assert_eq!(planned(&["no-extension"])[0], "out/no-extension.webp");
    }

    #[test]
    fn no_two_sources_share_a_path() {
        for sources in [
            &["a.jpg", "a.png", "b.jpg"][..],
            &["a.jpg", "a.jpg"],
            &["a.jpg", "a_thumb.jpg"],
            &["a", "a.jpg"],
        ] {
            let paths = planned(sources);
            let mut unique = paths.clone();
            unique.sort();
            unique.dedup();
            assert_eq!(unique.len(), paths.len(), "{paths:?}");
        }
        assert_eq!(planned(&["a.jpg", "a.png"])[0], "out/a.jpg.webp");
    }
}
