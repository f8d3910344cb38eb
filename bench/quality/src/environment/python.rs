//! A virtual environment with Pillow and pyvips.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;

use super::{crate_folder, folder};
use crate::process::Invocation;

/// A virtual environment with Pillow and pyvips.
#[derive(Debug, Clone)]
pub struct Python {
    interpreter: PathBuf,
}

impl Python {
    /// Creates the environment, unless it exists with the current requirements.
    ///
    /// Errors if there is no Python 3.11 or newer, or the packages cannot be installed.
    pub fn provide() -> anyhow::Result<Self> {
        let environment = folder("python");
        let python = Self {
            interpreter: environment.join("bin/python"),
        };
        let required = [read("build-requirements.txt")?, read("requirements.txt")?].concat();
        // Written last, so that an interrupted installation is repeated.
        let installed = environment.join("installed.txt");
        let is_current = fs::read(&installed).is_ok_and(|installed| installed == required);
        // The interpreter is a link to one that may have been removed.
        if is_current && python.interpreter.exists() {
            return Ok(python);
        }
        Invocation::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&environment)
            .output()
            .context("the peers need Python 3.11 or newer with venv (on Debian: python3-venv)")?;
        python.install("build-requirements.txt", &[])?;
        // pyvips is published as source only. It is pure Python if it finds no headers of libvips, and
        // then uses the libvips of pyvips-binary.
        let from_source = ["--no-binary=pyvips", "--no-build-isolation"];
        python.install("requirements.txt", &from_source)?;
        fs::write(&installed, required)?;
        Ok(python)
    }

    fn install(&self, requirements: &str, options: &[&str]) -> anyhow::Result<()> {
        Invocation::new(&self.interpreter)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .args(["--require-hashes", "--only-binary=:all:"])
            .args(options)
            .arg("--requirement")
            .arg(file(requirements))
            .with_variable("PKG_CONFIG_LIBDIR", "/dev/null")
            .output()
            .context(
                "cannot install the pinned versions of Pillow and pyvips: \
                 the first run needs PyPI, or a mirror in PIP_INDEX_URL",
            )?;
        Ok(())
    }

    /// Returns the invocation of a script of the folder `python`.
    pub fn script(&self, name: &str) -> Invocation {
        Invocation::new(&self.interpreter).arg(file(name))
    }
}

fn file(name: &str) -> PathBuf {
    crate_folder().join("python").join(name)
}

fn read(name: &str) -> std::io::Result<Vec<u8>> {
    fs::read(file(name))
}
