//! The paths of the variants.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use darkroom_contract::{Profile, VariantSettings};

use crate::sources::SourceFile;

/// The paths of all variants. They are all known before the first file is written.
pub(super) struct Destinations {
    /// The stem of each source: the path of its variants without suffix and extension.
    stems: Vec<PathBuf>,
}

impl Destinations {
    /// Determines the path of every variant: `{out}/{stem}{suffix}.{extension}`. The stem is the
    /// relative path of the source without its extension.
    ///
    /// If variants of two sources would have the same path, both stems keep the extension: `a.jpg`
    /// and `a.png` become `a.jpg.webp` and `a.png.webp`. A stem also keeps the extension if a
    /// variant would replace a source. If the paths still collide, the stem gets a number.
    pub(super) fn plan(
        sources: &[SourceFile],
        profile: &Profile,
        out: &Path,
        is_source: impl Fn(&Path) -> bool,
    ) -> Self {
        let short: Vec<PathBuf> = sources
            .iter()
            .map(|source| out.join(source.relative.with_extension("")))
            .collect();
        let clashes = clashes(&short, profile);
        let mut taken: HashSet<PathBuf> = HashSet::new();
        let mut stems = Vec::new();
        for ((source, short), clash) in sources.iter().zip(short).zip(clashes) {
            let long = out.join(&source.relative);
            let numbered = (2..).map(|number| appended(&long, &format!("-{number}")));
            let short = (!clash).then_some(short);
            let mut candidates = short.into_iter().chain([long.clone()]).chain(numbered);
            let is_free = |stem: &PathBuf| {
                let mut paths = variant_paths(stem, profile);
                paths.all(|path| !taken.contains(&path) && !is_source(&path))
            };
            // The candidates are endless, so one of them is free.
            let stem = candidates.find(is_free).unwrap_or(long);
            taken.extend(variant_paths(&stem, profile));
            stems.push(stem);
        }
        Self { stems }
    }

    /// Returns the path of one variant of the source at `index`.
    pub(super) fn path(&self, index: usize, variant: &VariantSettings) -> PathBuf {
        self.stems
            .get(index)
            .map(|stem| variant_path(stem, variant))
            .unwrap_or_default()
    }

    /// Returns the folders that will contain variants.
    pub(super) fn folders(&self) -> HashSet<&Path> {
        self.stems.iter().filter_map(|stem| stem.parent()).collect()
    }
}

fn variant_path(stem: &Path, variant: &VariantSettings) -> PathBuf {
    appended(
        stem,
        &format!("{}.{}", variant.suffix, variant.format.extension()),
    )
}

fn variant_paths(stem: &Path, profile: &Profile) -> impl Iterator<Item = PathBuf> {
    let variants = profile.variants.iter();
    variants.map(move |variant| variant_path(stem, variant))
}

/// Returns one flag per stem: `true` if a variant of the stem and a variant of another stem would
/// have the same path. Examples of such stems are `a` and `a_thumb`.
fn clashes(stems: &[PathBuf], profile: &Profile) -> Vec<bool> {
    let mut users: HashMap<PathBuf, u32> = HashMap::new();
    for path in stems.iter().flat_map(|stem| variant_paths(stem, profile)) {
        *users.entry(path).or_insert(0) += 1;
    }
    let clash = |stem: &PathBuf| {
        let mut paths = variant_paths(stem, profile);
        paths.any(|path| users.get(&path) != Some(&1))
    };
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
        planned_beside(&[], relative)
    }

    /// Returns the paths of all variants of the sources with these relative paths. No variant may
    /// replace one of the files in `existing`.
    fn planned_beside(existing: &[&str], relative: &[&str]) -> Vec<String> {
        let sources: Vec<SourceFile> = relative
            .iter()
            .map(|relative| SourceFile {
                path: relative.into(),
                relative: relative.into(),
                stdin: None,
            })
            .collect();
        let profile = Profile::default();
        let is_source = |path: &Path| existing.iter().any(|source| path == Path::new(source));
        let destinations = Destinations::plan(&sources, &profile, Path::new("out"), is_source);
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
    fn no_two_sources_share_a_variant_path() {
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

    #[test]
    fn no_variant_replaces_a_source() {
        for (existing, expected) in [
            ("out/a.webp", "out/a.webp.webp"),
            ("out/a_thumb.webp", "out/a.webp.webp"),
            ("out/other.webp", "out/a.webp"),
        ] {
            let paths = planned_beside(&[existing], &["a.webp"]);
            assert_eq!(paths[0], expected, "{existing}");
        }
        let paths = planned_beside(&["out/a.webp", "out/a.webp.webp"], &["a.webp"]);
        assert_eq!(paths[0], "out/a.webp-2.webp");
    }
}
