//! Python virtual environments.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A Python program that fails on versions before 3.11, on which LocalStack does not run.
const IS_USABLE: &str = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))";
const CANDIDATES: [&str; 4] = ["python3", "python3.13", "python3.12", "python3.11"];

/// A Python virtual environment with the packages of a requirements file.
pub struct Venv {
    folder: PathBuf,
}

impl Venv {
    /// Creates the environment in `folder`, unless it already exists with exactly these
    /// requirements. Only one process creates it. Others wait and then use it.
    ///
    /// # Errors
    /// A description of what is missing or failed.
    pub fn prepare(folder: &Path, requirements: &Path) -> Result<Self, String> {
        let failed = |error: io::Error| format!("{}: {error}", folder.display());
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = File::create(folder.with_extension("lock")).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let wanted = fs::read_to_string(requirements)
            .map_err(|error| format!("{}: {error}", requirements.display()))?;
        let venv = Self {
            folder: folder.to_owned(),
        };
        if !venv.is_complete(&wanted) {
            venv.create(requirements)?;
            // Written last, so an unfinished environment does not have this file.
            fs::write(venv.installed(), wanted).map_err(failed)?;
        }
        Ok(venv)
    }

    /// Returns the path of the Python interpreter.
    pub fn python(&self) -> PathBuf {
        self.folder.join("bin/python")
    }

    /// Returns the path of a program that one of the packages installs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    fn installed(&self) -> PathBuf {
        self.folder.join("installed.txt")
    }

    /// Returns `true` if the environment has the wanted requirements and its interpreter runs. The
    /// interpreter is a link, and a system upgrade may have removed its target.
    fn is_complete(&self, wanted: &str) -> bool {
        fs::read_to_string(self.installed()).is_ok_and(|installed| installed == wanted)
            && run(Command::new(self.python()).args(["-c", ""])).is_ok()
    }

    fn create(&self, requirements: &Path) -> Result<(), String> {
        let is_usable = |name: &&str| run(Command::new(name).args(["-c", IS_USABLE])).is_ok();
        let python = CANDIDATES.into_iter().find(is_usable);
        let python = python.ok_or("no Python 3.11 or newer that can create environments")?;
        let create = ["-m", "venv", "--clear"];
        run(Command::new(python).args(create).arg(&self.folder))?;
        let install = ["-m", "pip", "install", "--quiet", "--no-input", "-r"];
        run(Command::new(self.python()).args(install).arg(requirements))
    }
}

/// Runs a command to completion. If it fails, returns the last line of its stderr.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let last = errors.lines().last().unwrap_or("no output");
    Err(format!("{program}: {}: {last}", output.status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_installation_leaves_no_usable_environment() {
        let folder = tempfile::tempdir().unwrap();
        let requirements = folder.path().join("requirements.txt");
        fs::write(&requirements, "./no-such-package\n").unwrap();
        let venv = || Venv::prepare(&folder.path().join("venv"), &requirements);
        assert!(venv().err().unwrap().contains("no-such-package"));
        assert!(venv().is_err());
    }
}
