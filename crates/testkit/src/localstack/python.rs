use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::keeper::{Lease, SETTINGS};
use super::launcher::Launcher;
use super::running::{Running, Way};
use super::start;
use super::venv::Venv;

/// The files of one LocalStack are in a folder of this name and its port.
const SCRATCH_PREFIX: &str = "scratch-";

/// Starts LocalStack from PyPI's packages, in a virtual environment that is made if need be.
///
/// # Errors
/// A sentence about what is missing.
pub(super) fn start(launcher: &Launcher) -> Result<(Running, Lease), String> {
    let requirements = launcher.programs_folder.join("requirements.txt");
    let venv = Venv::prepare(&launcher.venv_folder, &requirements)?;
    remove_leftovers(&launcher.state_folder);
    start::start(Way::Python, &launcher.log_file(), |running| {
        command(launcher, &venv, running)
    })
}

fn command(launcher: &Launcher, venv: &Venv, running: &Running) -> io::Result<Command> {
    let scratch = launcher
        .state_folder
        .join(format!("{SCRATCH_PREFIX}{}", running.port));
    let temporary = scratch.join("tmp");
    fs::create_dir_all(&temporary)?;
    let mut command = Command::new(venv.python());
    command
        .arg(launcher.programs_folder.join("keeper.py"))
        .args(running.keeper_arguments(
            &format!("127.0.0.1:{}", running.keeper_port),
            launcher.linger,
        ))
        .arg("--scratch")
        .arg(&scratch)
        .arg("--")
        .arg(venv.python())
        .arg(launcher.programs_folder.join("serve.py"))
        .arg(scratch.join("s3"))
        .envs(SETTINGS)
        .env("GATEWAY_LISTEN", format!("127.0.0.1:{}", running.port))
        .env("FILESYSTEM_ROOT", scratch.join("files"))
        .env("TMPDIR", &temporary)
        .env("XDG_CACHE_HOME", venv.cache())
        .current_dir(&scratch);
    Ok(command)
}

/// Removes the folders of keepers that were killed. None of them is in use: who is here holds the
/// lock, and found nothing to join.
fn remove_leftovers(state_folder: &Path) {
    let entries = fs::read_dir(state_folder).into_iter().flatten().flatten();
    let is_scratch = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(SCRATCH_PREFIX))
    };
    for path in entries.map(|entry| entry.path()).filter(is_scratch) {
        // What cannot be removed costs a little disk, and no test.
        let _ = fs::remove_dir_all(path);
    }
}
