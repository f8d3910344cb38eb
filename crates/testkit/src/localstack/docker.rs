use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::ask::ask;
use super::keeper::{Lease, SCRIPT, SETTINGS};
use super::launcher::Launcher;
use super::running::{Running, Way};
use super::start;

/// The last image that starts without an account.
const IMAGE: &str = "localstack/localstack:4.14.0";

/// The ports inside the container.
const PORT: u16 = 4566;
const KEEPER_PORT: u16 = 4567;

/// How long the engine may take for a question: one that does not answer is as good as none.
const QUESTION_PATIENCE: Duration = Duration::from_secs(5);

/// How long the image may take to arrive: half a gigabyte, compressed.
const PULL_PATIENCE: Duration = Duration::from_secs(10 * 60);

/// Starts LocalStack from the pinned image, which has to be there.
///
/// # Errors
/// A sentence about what is missing.
pub(super) fn start(launcher: &Launcher) -> Result<(Running, Lease), String> {
    docker(&["image", "inspect", IMAGE], QUESTION_PATIENCE)?;
    start::start(Way::Docker, &launcher.log_file(), |running| {
        Ok(command(launcher, running))
    })
}

/// Pulls the pinned image.
///
/// # Errors
/// What Docker says.
pub(super) fn pull() -> Result<(), String> {
    docker(&["version"], QUESTION_PATIENCE)?;
    docker(&["pull", "--quiet", IMAGE], PULL_PATIENCE)
}

/// The keeper's program travels as an argument: the engine may not see the files of this machine.
/// The client stays attached, so that the log ends up where the other way's does.
fn command(launcher: &Launcher, running: &Running) -> Command {
    let mut command = Command::new("docker");
    command.args(["run", "--rm", "--label", "darkroom=test"]);
    for (outside, inside) in [(running.port, PORT), (running.keeper_port, KEEPER_PORT)] {
        command.args(["--publish", &format!("127.0.0.1:{outside}:{inside}")]);
    }
    for (name, value) in SETTINGS {
        command.args(["--env", &format!("{name}={value}")]);
    }
    command
        .args(["--entrypoint", "python3", IMAGE, "-c", SCRIPT])
        .args(running.keeper_arguments(&format!("0.0.0.0:{KEEPER_PORT}"), launcher.linger))
        .args(["--", "docker-entrypoint.sh"]);
    command
}

fn docker(arguments: &[&str], patience: Duration) -> Result<(), String> {
    ask(Path::new("docker"), arguments, patience).map(|_| ())
}
