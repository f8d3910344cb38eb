//! The crates of this workspace.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::Value;

/// One crate of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crate {
    /// The name in ARCHITECTURE.md: the folder without `crates/`.
    pub name: String,
    /// The package's name.
    pub package: String,
    /// The folder of its `Cargo.toml`.
    pub dir: PathBuf,
    /// The names of the packages that it depends on, except in tests and build scripts.
    pub dependencies: Vec<String>,
}

/// Returns the root folder of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Returns the workspace's crates, ordered by name.
///
/// Errors if `cargo metadata` fails.
pub fn list(root: &Path) -> anyhow::Result<Vec<Crate>> {
    let metadata = metadata(root, &["--no-deps"])?;
    let packages = metadata["packages"].as_array().context("no packages")?;
    let mut crates = packages
        .iter()
        .map(|package| read(root, package))
        .collect::<anyhow::Result<Vec<_>>>()?;
    crates.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(crates)
}

/// Returns the output of `cargo metadata` for the repository at `root`.
pub(crate) fn metadata(root: &Path, arguments: &[&str]) -> anyhow::Result<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root)
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(arguments)
        .output()
        .context("cargo metadata cannot be started")?;
    if !output.status.success() {
        bail!(
            "cargo metadata: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn read(root: &Path, package: &Value) -> anyhow::Result<Crate> {
    let manifest = package["manifest_path"].as_str().context("no manifest")?;
    let dir = Path::new(manifest).parent().context("no folder")?;
    let folder = dir.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
    let dependencies = package["dependencies"].as_array().context("no list")?;
    let of_normal_builds = dependencies
        .iter()
        .filter(|dependency| dependency["kind"].is_null());
    Ok(Crate {
        name: folder.trim_start_matches("crates/").to_owned(),
        package: package["name"].as_str().context("no name")?.to_owned(),
        dir: dir.to_path_buf(),
        dependencies: of_normal_builds
            .filter_map(|dependency| dependency["name"].as_str())
            .map(str::to_owned)
            .collect(),
    })
}
