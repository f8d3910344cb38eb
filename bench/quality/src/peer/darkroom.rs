//! Darkroom: `darkroom process` with the sandbox.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::Job;
use crate::process::Invocation;

/// The job as a profile, and limits that ordinary photos do not reach. All other settings are defaults.
const SETTINGS: &str = r#"
[render]
sandbox = "required"

[profiles.peers]
prefix = "peers"
formats = ["jpeg"]
max_bytes = "64MiB"
max_width = 16383
max_height = 16383
max_output_bytes = "64MiB"
variants = [
  { name = "original", suffix = "", format = "webp", quality = 85 },
  { name = "thumb", suffix = "_thumb", format = "webp", quality = 80, width = 400, height = 400, fit = "inside" },
]
"#;

/// The `darkroom` binary and its settings file.
#[derive(Debug, Clone)]
pub struct Darkroom {
    binary: PathBuf,
    settings: PathBuf,
}

impl Darkroom {
    /// Writes the settings into a folder, which must exist as long as the peer.
    ///
    /// Errors if the binary does not exist, or the settings cannot be written.
    pub fn new(binary: &Path, folder: &Path) -> anyhow::Result<Self> {
        let binary = fs::canonicalize(binary).with_context(|| {
            let path = binary.display();
            format!("there is no {path}: run `cargo build --release`, or use --darkroom")
        })?;
        let settings = folder.join("darkroom.toml");
        fs::write(&settings, SETTINGS)?;
        Ok(Self { binary, settings })
    }

    /// Returns the version that the binary prints.
    ///
    /// Errors if the binary fails.
    pub fn version(&self) -> anyhow::Result<String> {
        let version = Invocation::new(&self.binary).arg("--version").output()?;
        Ok(version.trim().replace("darkroom", "Darkroom"))
    }

    /// Returns the invocation of a job.
    pub(super) fn invocation(&self, job: Job<'_>) -> Invocation {
        Invocation::new(&self.binary)
            .args(["process", "--force", "--json"])
            .args(["--profile", "peers", "--config"])
            .arg(&self.settings)
            .arg("--out")
            .arg(job.out)
            .args(job.photos.iter().map(|photo| &photo.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_binary_is_reported_with_the_command_that_builds_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = Darkroom::new(Path::new("/does/not/exist"), folder.path()).unwrap_err();
        assert!(
            error.to_string().contains("cargo build --release"),
            "{error}"
        );
    }
}
