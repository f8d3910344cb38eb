//! A folder of Node.js packages with sharp.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{crate_folder, folder};
use crate::process::Invocation;

/// The reason why sharp is left out.
#[derive(Debug)]
pub struct NodeError(String);

impl std::fmt::Display for NodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A folder of Node.js packages with sharp.
#[derive(Debug, Clone)]
pub struct Node {
    folder: PathBuf,
}

impl Node {
    /// Installs sharp, unless it is installed in the current version.
    ///
    /// Errors if there is no Node.js, the registry is not reachable, or the installation fails.
    pub fn provide() -> Result<Self, NodeError> {
        let folder = folder("node");
        let failed = |error: std::io::Error| NodeError(error.to_string());
        let source = crate_folder().join("node/package.json");
        let required = fs::read(source).map_err(failed)?;
        // Written last, so that an interrupted installation is repeated.
        let installed = folder.join("installed.json");
        if fs::read(&installed).is_ok_and(|installed| installed == required) {
            return Ok(Self { folder });
        }
        if !succeeds(Command::new("node").arg("--version")) {
            return Err(NodeError("Node.js is not installed".to_owned()));
        }
        if !registry_responds() {
            return Err(NodeError("the registry of npm is not reachable".to_owned()));
        }
        fs::create_dir_all(&folder).map_err(failed)?;
        fs::write(folder.join("package.json"), &required).map_err(failed)?;
        install(&folder)?;
        fs::write(&installed, required).map_err(failed)?;
        Ok(Self { folder })
    }

    /// Returns the versions of sharp and of its libraries.
    ///
    /// Errors if sharp cannot be loaded.
    pub fn version(&self) -> anyhow::Result<String> {
        Ok(self.job().arg("--versions").output()?.trim().to_owned())
    }

    /// Returns the invocation of the job.
    pub fn job(&self) -> Invocation {
        let script = crate_folder().join("node/sharp_job.mjs");
        Invocation::new("node").arg(script).in_folder(&self.folder)
    }
}

fn registry_responds() -> bool {
    let limits = ["--fetch-retries=0", "--fetch-timeout=10000"];
    succeeds(Command::new("npm").arg("ping").args(limits))
}

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn install(folder: &Path) -> Result<(), NodeError> {
    let arguments = ["install", "--no-audit", "--no-fund", "--ignore-scripts"];
    let install = Invocation::new("npm").args(arguments).in_folder(folder);
    match install.output() {
        Ok(_) => Ok(()),
        Err(error) => Err(NodeError(format!("{error:#}"))),
    }
}
