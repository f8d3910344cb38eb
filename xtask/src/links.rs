//! References from documents to files, headings and functions.

use std::path::{Component, Path, PathBuf};

use crate::{files, headings};

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

/// Returns a sentence for each link and each path in backticks that leads nowhere, for each link to a heading
/// that its document does not have, and for each link that names a function which its file does not define, such as a test.
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
        for (file, anchor) in anchors(&text) {
            let target = match file {
                "" => text.clone(),
                file => std::fs::read_to_string(folder.join(file)).unwrap_or_default(),
            };
            if !headings::anchors(&target).iter().any(|it| it == anchor) {
                let document = document.display();
                broken.push(format!("{document}: there is no heading {file}#{anchor}"));
            }
        }
        for (name, file) in functions(&text) {
            let source = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
            if !defines(&source, name) {
                let document = document.display();
                broken.push(format!("{document}: there is no function {name} in {file}"));
            }
        }
    }
    Ok(broken)
}

/// Returns each function that a link to a Rust file names in backticks, with the link's target.
fn functions(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let links = text.split("[`").skip(1);
    links.filter_map(|link| {
        let (name, rest) = link.split_once("`](")?;
        let (target, _) = rest.split_once(')')?;
        let is_name =
            |character: char| character.is_ascii_lowercase() || "_0123456789".contains(character);
        let is_function = target.ends_with(".rs") && name.chars().all(is_name);
        is_function.then_some((name, target))
    })
}

/// Returns `true` if the source defines a function of this name.
fn defines(source: &str, name: &str) -> bool {
    let definition = format!("fn {name}(");
    source.contains(&definition)
}

/// Returns the relative targets of links.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let targets = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://"))
}

/// Returns the relative targets of links, without anchors.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let others = targets(text).filter(|target| !target.starts_with('#'));
    others.filter_map(|target| target.split('#').next())
}

/// Returns the document and the anchor of each link to a heading. The document is empty if the link stays in its own
/// document.
fn anchors(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let split = targets(text).filter_map(|target| target.split_once('#'));
    split.filter(|(file, _)| file.is_empty() || file.ends_with(".md"))
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
            anchors(text).collect::<Vec<_>>(),
            [("docs/a.md", "b"), ("", "g")]
        );
        assert_eq!(
            paths(text).collect::<Vec<_>>(),
            ["cloud/src/h.rs", "docs/i.md"]
        );
    }

    #[test]
    fn a_function_is_named_by_a_link_to_a_rust_file() {
        let text = "| [`a_fact_2`](../x/tests.rs), [`Type`](x.rs), [`tool`](tool.py), `b`";
        assert_eq!(
            functions(text).collect::<Vec<_>>(),
            [("a_fact_2", "../x/tests.rs")]
        );
        let source = "#[test]\nasync fn a_fact_2() {}";
        assert!(defines(source, "a_fact_2") && !defines(source, "a_fact"));
    }
}
