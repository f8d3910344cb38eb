use std::env;
use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::health;
use super::keeper::Lease;
use super::running::{Running, Way};
use crate::wait;

/// A free port may be taken by somebody else before LocalStack listens on it.
const ATTEMPTS: usize = 3;

/// How long the keeper may take to listen: Docker has to make a container first.
const KEEPER_PATIENCE: Duration = Duration::from_secs(60);

/// How long LocalStack may take to be ready: 2 seconds on a machine at rest.
const LOCALSTACK_PATIENCE: Duration = Duration::from_secs(120);

/// How many lines of the log an error quotes.
const QUOTED_LINES: usize = 15;

/// Why LocalStack did not become ready.
enum Failure {
    /// Its process ended. Another port may help.
    Ended(String),
    /// It is worth no second attempt.
    Lasting(String),
}

/// Starts the keeper that `command` describes, on ports of its own, and waits until LocalStack is
/// ready. Its output goes to `log_file`.
///
/// The keeper is in a process group of its own, so that Ctrl-C in a terminal ends the tests and
/// leaves it to notice that; it inherits none of the descriptors of this process.
///
/// # Errors
/// A sentence, with the end of the log where there is one.
pub(super) fn start(
    way: Way,
    log_file: &Path,
    command: impl Fn(&Running) -> io::Result<Command>,
) -> Result<(Running, Lease), String> {
    let mut last = String::new();
    for _ in 0..ATTEMPTS {
        let running = Running::on_free_ports(way).map_err(|error| error.to_string())?;
        let command = command(&running).map_err(|error| error.to_string())?;
        match start_once(&running, command, log_file) {
            Ok(lease) => return Ok((running, lease)),
            Err(Failure::Ended(why)) => last = why,
            Err(Failure::Lasting(why)) => return Err(why),
        }
    }
    Err(last)
}

fn start_once(running: &Running, command: Command, log_file: &Path) -> Result<Lease, Failure> {
    let mut keeper =
        spawn(command, log_file).map_err(|error| Failure::Lasting(error.to_string()))?;
    let ready = take_lease(running, &mut keeper, log_file)
        .and_then(|lease| wait_until_ready(running, lease, log_file));
    if ready.is_err() {
        // Both only fail if it has ended. A ready one is left to end by itself.
        let _ = keeper.kill();
        let _ = keeper.wait();
    }
    ready
}

fn spawn(mut command: Command, log_file: &Path) -> io::Result<Child> {
    let log = File::create(log_file)?;
    for (name, _) in env::vars_os() {
        // A profile or endpoint of the developer's own is nothing that LocalStack should follow.
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    command.spawn()
}

fn take_lease(running: &Running, keeper: &mut Child, log_file: &Path) -> Result<Lease, Failure> {
    let taken = wait::until("the keeper to listen", KEEPER_PATIENCE, || {
        let not_yet = match Lease::take(running.keeper_port, &running.token) {
            Ok(lease) => return Ok(Ok(lease)),
            Err(not_yet) => not_yet,
        };
        match keeper.try_wait() {
            Ok(None) => Err(not_yet),
            Ok(Some(status)) => Ok(Err(ended(&status.to_string(), log_file))),
            Err(error) => Ok(Err(Failure::Lasting(error.to_string()))),
        }
    });
    taken.unwrap_or_else(|timed_out| Err(Failure::Lasting(timed_out.to_string())))
}

fn wait_until_ready(running: &Running, lease: Lease, log_file: &Path) -> Result<Lease, Failure> {
    let endpoint = running.endpoint();
    let ready = wait::until(
        "LocalStack to be ready",
        LOCALSTACK_PATIENCE,
        || match health::check(&endpoint) {
            Err(not_yet) if lease.is_held() => Err(not_yet),
            Err(_) => Ok(Err(ended("without having been ready", log_file))),
            Ok(()) => Ok(Ok(())),
        },
    );
    match ready {
        Ok(Ok(())) => Ok(lease),
        Ok(Err(failure)) => Err(failure),
        Err(timed_out) => Err(Failure::Lasting(format!(
            "{timed_out}; {}",
            quote(log_file)
        ))),
    }
}

fn ended(how: &str, log_file: &Path) -> Failure {
    Failure::Ended(format!("it ended ({how}); {}", quote(log_file)))
}

fn quote(log_file: &Path) -> String {
    let log = fs::read(log_file).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<&str> = log.lines().collect();
    let tail = &lines[lines.len().saturating_sub(QUOTED_LINES)..];
    format!("{} ends with:\n{}", log_file.display(), tail.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_ends_at_once_is_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let log_file = folder.path().join("keeper.log");
        let failed = start(Way::Python, &log_file, |_| {
            let mut command = Command::new("sh");
            command.args(["-c", "echo no module named localstack >&2; exit 1"]);
            Ok(command)
        });
        let said = failed.unwrap_err();
        assert!(said.starts_with("it ended (exit status: 1); "), "{said}");
        assert!(said.ends_with("no module named localstack"), "{said}");
    }

    #[test]
    fn every_attempt_has_ports_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let ports = std::cell::RefCell::new(std::collections::BTreeSet::new());
        let failed = start(Way::Python, &folder.path().join("keeper.log"), |running| {
            ports
                .borrow_mut()
                .insert((running.port, running.keeper_port));
            Ok(Command::new("false"))
        });
        assert!(failed.is_err());
        assert_eq!(ports.borrow().len(), ATTEMPTS);
    }
}
