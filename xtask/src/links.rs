//! References from documents to files.

use std::path::{Component, Path, PathBuf};

use crate::files;

/// Folders of the repository that paths in backticks start with. Paths of crates may omit
/// `crates/`.
const FOLDERS: &[&str] = &[
    "crates",
    "bench",
    "deploy",
    "docs",
    "fuzz",
    "localstack",
    "xtask",
];

/// Returns a sentence for each link and each path in backticks that leads nowhere.
///
/// Errors if a document cannot be read.
pub fn broken(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut broken = Vec::new();
    for document in files::list(root)? {
        if document
            .extension()
            .is_none_or(|extension| extension != "md")
        {
            continue;
        }
        let text = std::fs::read_to_string(root.join(&document))?;
        let folder = root
            .join(&document)
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default();
        let links = links(&text).filter(|link| !folder.join(link).exists());
        let paths = paths(&text).filter(|path| !exists(root, path));
        let missing = links.chain(paths);
        broken.extend(missing.map(|path| format!("{}: there is no {path}", document.display())));
    }
    Ok(broken)
}

/// Returns the relative targets of links, without anchors.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let relative = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    relative.filter_map(|target| target.split('#').next())
}

/// Returns the paths in backticks: those that contain `/src`, and those that start with one of
/// [`FOLDERS`] and contain a dot.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text
        .lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2));
    quoted.filter(|quoted| {
        let is_plain = |character: char| character.is_alphanumeric() || "/._-".contains(character);
        let starts = quoted
            .split('/')
            .next()
            .is_some_and(|first| FOLDERS.contains(&first));
        quoted.chars().all(is_plain) && (quoted.contains("/src") || starts && quoted.contains('.'))
    })
}

fn exists(root: &Path, path: &str) -> bool {
    let path = Path::new(path);
    let candidates: [PathBuf; 2] = [root.join(path), root.join("crates").join(path)];
    path.components()
        .all(|part| matches!(part, Component::Normal(_)))
        && candidates.iter().any(|path| path.exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_links_and_paths_in_backticks_are_found() {
        let text = "[a](docs/a.md#b), [c](https://d.example/e), [f](#g): `cloud/src/h.rs`, `x/y`\n\
            `docs/i.md` and `GET /v1/src`";
        assert_eq!(links(text).collect::<Vec<_>>(), ["docs/a.md"]);
        assert_eq!(
            paths(text).collect::<Vec<_>>(),
            ["cloud/src/h.rs", "docs/i.md"]
        );
    }
}
