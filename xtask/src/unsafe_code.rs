//! The dependencies with unsafe code, compared with the reviewed list in `docs/supply-chain.md`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::crates::metadata;

const LIST: &str = "docs/supply-chain.md";
const BEGIN: &str = "<!-- unsafe: begin -->";
const END: &str = "<!-- unsafe: end -->";
/// The package whose dependencies are in the binary.
const BINARY: &str = "darkroom";
/// The list is for one platform, so that it is the same everywhere.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";
/// The words and signs that may follow the keyword. Names such as `unsafe_code` do not count.
const CONTINUATIONS: [&str; 7] = ["{", "(", "fn ", "impl", "extern", "trait ", "mod "];

/// Compares the dependencies of the binary that have unsafe code with the list. Returns a sentence
/// for each difference.
///
/// Errors if `cargo metadata` fails or the list cannot be read.
pub fn unreviewed(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut found = BTreeSet::new();
    for (name, sources) in dependencies(root)? {
        if has_unsafe_code(&sources)? {
            found.insert(name);
        }
    }
    let list = fs::read_to_string(root.join(LIST)).context(LIST)?;
    let listed = listed(&list).with_context(|| format!("{LIST} has no list"))?;
    let new = found.difference(&listed);
    let new = new.map(|name| format!("{name} has unsafe code: review it and add it to {LIST}"));
    let old = listed.difference(&found);
    let old = old.map(|name| format!("{name} is in {LIST}, but has no unsafe code in the binary"));
    Ok(new.chain(old).collect())
}

/// Returns the name and the sources of each dependency from a registry that is compiled into the
/// binary. Macros and build scripts are not.
fn dependencies(root: &Path) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let compiled = compiled_packages(root)?;
    let metadata = metadata(root, &["--filter-platform", PLATFORM])?;
    let packages = metadata["packages"].as_array().context("no packages")?;
    let mut found = Vec::new();
    for package in packages.iter().filter(|it| !it["source"].is_null()) {
        let text = |key: &str| package[key].as_str().context("incomplete package");
        let (name, version) = (text("name")?, text("version")?);
        if compiled.contains(&format!("{name} v{version}")) {
            let folder = Path::new(text("manifest_path")?).parent();
            found.push((name.to_owned(), folder.context("no folder")?.join("src")));
        }
    }
    Ok(found)
}

/// Returns the packages in the binary, as `NAME vVERSION`. Unlike `cargo metadata`, `cargo tree`
/// knows which optional dependencies are off.
fn compiled_packages(root: &Path) -> anyhow::Result<BTreeSet<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root)
        .args(["tree", "--package", BINARY, "--target", PLATFORM])
        .args(["--edges", "normal,no-proc-macro", "--prefix", "none"])
        .args(["--format", "{p}", "--locked", "--offline"])
        .output()
        .context("cargo tree cannot be started")?;
    ensure!(
        output.status.success(),
        "cargo tree: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let packages = String::from_utf8_lossy(&output.stdout);
    // A path may follow the version.
    let first_words = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    Ok(packages.lines().map(first_words).collect())
}

/// Returns `true` if a Rust file in `folder` has unsafe code.
fn has_unsafe_code(folder: &Path) -> anyhow::Result<bool> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            // The sources are elsewhere, as those of a few packages are.
            continue;
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read(&path)?;
                if String::from_utf8_lossy(&text).lines().any(is_unsafe) {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

/// Returns `true` if a line contains the keyword outside of a comment.
fn is_unsafe(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices("unsafe").any(|(at, word)| {
        let is_start =
            !code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
        let rest = &code[at + word.len()..];
        let next = rest.trim_start();
        is_start && (next.is_empty() || CONTINUATIONS.iter().any(|it| next.starts_with(it)))
    })
}

/// Returns the names in backticks in the first column of the list.
fn listed(document: &str) -> Option<BTreeSet<String>> {
    let (_, rest) = document.split_once(BEGIN)?;
    let (list, _) = rest.split_once(END)?;
    let first_columns = list.lines().filter_map(|line| line.split('|').nth(1));
    Some(
        first_columns
            .flat_map(|column| column.split('`').skip(1).step_by(2))
            .map(str::to_owned)
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_unsafe_if_it_has_the_keyword() {
        for line in [
            "unsafe {",
            "  pub unsafe fn a() {",
            "unsafe impl Send for A {}",
            "= unsafe",
        ] {
            assert!(is_unsafe(line), "{line}");
        }
        for line in [
            "// unsafe {",
            "#![forbid(unsafe_code)]",
            "is_unsafe(x)",
            "an unsafe word",
            "",
        ] {
            assert!(!is_unsafe(line), "{line}");
        }
    }

    #[test]
    fn the_first_column_of_the_list_names_the_packages() {
        let document =
            format!("`x`\n{BEGIN}\n| package | use |\n|---|---|\n| `a`, `b` | `c` |\n{END}\n");
        let expected = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
        assert_eq!(listed(&document), Some(expected));
        assert_eq!(listed("| `a` |"), None);
    }
}
