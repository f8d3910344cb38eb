//! One render process, seen from its parent.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use darkroom_imaging::RejectionCode;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::allocator::OUT_OF_MEMORY_STATUS;

/// What to start as a render process: a program that calls [`run_child`](crate::run_child).
#[derive(Debug, Clone)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

/// A running child and its two pipes; killed when dropped.
#[derive(Debug)]
pub(crate) struct RenderProcess {
    child: Child,
    pub(crate) input: ChildStdin,
    pub(crate) output: ChildStdout,
    pub(crate) jobs: u32,
}

impl RenderProcess {
    /// Starts a child with an empty environment, in the root directory.
    ///
    /// It is in a process group of its own: Ctrl-C in a terminal goes to a whole group, and the
    /// parent has yet to finish what the child is at. A child whose parent is gone reads the end
    /// of its input and ends.
    pub(crate) fn spawn(launch: &Launch) -> io::Result<Self> {
        let mut child = Command::new(&launch.program)
            .args(&launch.arguments)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (input, output) = pipes.ok_or_else(|| io::Error::other("the child has no pipes"))?;
        Ok(Self {
            child,
            input,
            output,
            jobs: 0,
        })
    }

    /// Ends a child that has taken too long.
    pub(crate) async fn kill(mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::warn!(%error, "a render process could not be killed");
        }
    }

    /// Why a child that stopped answering died. One that lives on has broken the protocol and is
    /// killed.
    pub(crate) async fn post_mortem(mut self) -> (RejectionCode, String) {
        drop(self.input);
        let exit = tokio::time::timeout(std::time::Duration::from_secs(1), self.child.wait()).await;
        match exit {
            Ok(Ok(status)) => (cause(status), status.to_string()),
            Ok(Err(error)) => (RejectionCode::Crashed, error.to_string()),
            Err(_) => (RejectionCode::Crashed, "protocol broken".to_owned()),
        }
    }
}

fn cause(status: ExitStatus) -> RejectionCode {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        // Its processor time was used up; the parent, stopped for a while, had not noticed.
        (_, Some(libc::SIGXCPU)) => RejectionCode::TimedOut,
        // A SIGKILL that we did not send is the kernel's, short of memory.
        (Some(OUT_OF_MEMORY_STATUS), _) | (_, Some(libc::SIGKILL)) => RejectionCode::OutOfMemory,
        _ => RejectionCode::Crashed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Launch {
        Launch {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
        }
    }

    async fn cause_of(script: &str) -> RejectionCode {
        let process = RenderProcess::spawn(&shell(script)).unwrap();
        process.post_mortem().await.0
    }

    #[tokio::test]
    async fn the_cause_of_death_is_told_from_the_exit() {
        assert_eq!(cause_of("exit 86").await, RejectionCode::OutOfMemory);
        assert_eq!(cause_of("kill -KILL $$").await, RejectionCode::OutOfMemory);
        assert_eq!(cause_of("kill -SEGV $$").await, RejectionCode::Crashed);
        assert_eq!(cause_of("kill -SYS $$").await, RejectionCode::Crashed);
        assert_eq!(cause_of("kill -XCPU $$").await, RejectionCode::TimedOut);
        assert_eq!(cause_of("exit 1").await, RejectionCode::Crashed);
        assert_eq!(cause_of("exit 0").await, RejectionCode::Crashed);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn ctrl_c_in_a_terminal_does_not_reach_a_child() {
        use tokio::io::AsyncReadExt;

        let group = |stat: &str| stat.split(' ').nth(4).unwrap().to_owned();
        let mut process = RenderProcess::spawn(&shell("cat /proc/$$/stat")).unwrap();
        let mut stat = String::new();
        process.output.read_to_string(&mut stat).await.unwrap();
        let own = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        assert_ne!(group(&stat), group(&own));
    }

    #[tokio::test]
    async fn a_child_inherits_nothing_of_the_environment() {
        use tokio::io::AsyncReadExt;

        let mut process = RenderProcess::spawn(&shell("/usr/bin/env; pwd")).unwrap();
        let mut printed = String::new();
        process.output.read_to_string(&mut printed).await.unwrap();
        assert!(!printed.contains("CARGO"), "{printed}");
        assert!(printed.ends_with("/\n"), "{printed}");
    }
}
