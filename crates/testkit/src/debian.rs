//! Programs from Debian packages, extracted without installing the packages.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::localstack::run;

/// Returns the path of a program. If it is not installed, downloads and extracts Debian's package
/// of the same name. Only one process downloads the package at a time, while the others wait.
///
/// # Errors
/// A description of what is missing or failed.
pub fn program(name: &str) -> Result<PathBuf, String> {
    program_of(name, name)
}

/// Returns the path of a program of a Debian package, as [`program`] does.
///
/// # Errors
/// A description of what is missing or failed.
pub fn program_of(package: &str, name: &str) -> Result<PathBuf, String> {
    if run(Command::new(name).arg("--version")).is_ok() {
        return Ok(name.into());
    }
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let folder = target.join(package);
    let failed = |error: io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(&folder).map_err(failed)?;
    let lock = File::create(folder.with_extension("lock")).map_err(failed)?;
    lock.lock().map_err(failed)?;
    let program = folder.join("usr/bin").join(name);
    if run(Command::new(&program).arg("--version")).is_ok() {
        return Ok(program);
    }
    let mut download = Command::new("apt-get");
    run(download.args(["download", package]).current_dir(&folder))?;
    let entries = fs::read_dir(&folder).map_err(failed)?;
    let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let package = paths.find(|path| path.extension().is_some_and(|it| it == "deb"));
    let package = package.ok_or("apt-get downloaded no package")?;
    let mut extract = Command::new("dpkg-deb");
    run(extract.arg("--extract").arg(package).arg(&folder))?;
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installed_program_is_used_without_a_download() {
        assert_eq!(program("cargo").unwrap(), Path::new("cargo"));
    }
}
