//! The duties of the first process of a container (PID 1).
//!
//! The kernel gives this process the orphans of the container, and does not apply the default
//! action of a signal to it. Containers often start an init program for this. Darkroom does it
//! itself, because the environment of an init program, including the credentials, stays readable
//! for all other processes of the same user (`/proc/1/environ`).

use std::fs;
use std::io;

use rustix::process::{Pid, WaitOptions, waitpid};
use tokio::runtime::Handle;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// If a signal ends a process, shells report this number plus that of the signal as its exit code.
const SIGNALED: i32 = 128;

/// Starts reaping orphans if this is the first process. If `ends_on_signals`, the first SIGTERM or
/// SIGINT also ends this process, as it does without a handler in any other process.
///
/// # Errors
/// If a signal handler cannot be installed.
pub(crate) fn start(runtime: &Handle, ends_on_signals: bool) -> io::Result<()> {
    if std::process::id() != 1 {
        return Ok(());
    }
    let _runtime = runtime.enter();
    runtime.spawn(reap(signal(SignalKind::child())?));
    if ends_on_signals {
        for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
            runtime.spawn(end(signal(kind)?, kind));
        }
    }
    Ok(())
}

async fn end(mut signals: Signal, kind: SignalKind) {
    if signals.recv().await.is_some() {
        std::process::exit(SIGNALED + kind.as_raw_value());
    }
}

async fn reap(mut signals: Signal) {
    while signals.recv().await.is_some() {
        reap_orphans();
    }
}

/// Removes the orphans that have exited. An orphan is a child of another session. Our own children
/// stay in our session, and the code that started one of them waits for it.
fn reap_orphans() {
    let own = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let (Some(own), Ok(processes)) = (Stat::parse(&own), fs::read_dir("/proc")) else {
        return;
    };
    for process in processes.flatten() {
        let stat = fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        let Some(stat) = Stat::parse(&stat).filter(|it| it.is_exited_orphan(&own)) else {
            continue;
        };
        // Fails only if the process is not our child, but its `stat` line shows that it is.
        let _ = waitpid(Pid::from_raw(stat.pid), WaitOptions::NOHANG);
    }
}

/// The beginning of `/proc/PID/stat` (proc_pid_stat(5)).
#[derive(Debug)]
struct Stat<'a> {
    pid: i32,
    state: &'a str,
    parent: i32,
    session: i32,
}

impl<'a> Stat<'a> {
    /// Parses the line. Returns `None` for the empty line of a process that has just ended.
    fn parse(line: &'a str) -> Option<Self> {
        // The name may contain spaces and parentheses. The other fields are numbers and a letter.
        let (pid, _) = line.split_once(' ')?;
        let (_, fields) = line.rsplit_once(") ")?;
        let mut fields = fields.split(' ');
        Some(Self {
            pid: pid.parse().ok()?,
            state: fields.next()?,
            parent: fields.next()?.parse().ok()?,
            session: fields.nth(1)?.parse().ok()?,
        })
    }

    fn is_exited_orphan(&self, own: &Self) -> bool {
        self.state == "Z" && self.parent == own.pid && self.session != own.session
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_orphan_is_an_exited_child_of_another_session() {
        let own = Stat::parse("1 (darkroom) S 0 1 1 0 -1").unwrap();
        for (line, expected) in [
            ("42 (sh) Z 1 40 40 0 -1", true),
            ("42 (a) Z 1 (b) Z 1 40 40 0", true),
            ("42 (sh) S 1 40 40 0 -1", false),
            ("42 (sh) Z 7 40 40 0 -1", false),
            // A render process has a process group of its own.
            ("42 (exe) Z 1 42 1 0 -1", false),
        ] {
            let stat = Stat::parse(line).unwrap();
            assert_eq!(stat.is_exited_orphan(&own), expected, "{line}");
        }
        assert!(Stat::parse("").is_none());
        assert!(Stat::parse("42 (sh) Z 1").is_none());
    }
}
