//! The parent's side of a render process.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use darkroom_imaging::RejectionCode;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::allocator::OUT_OF_MEMORY_STATUS;

/// The time that a child has to exit after the parent has closed its input.
const EXIT_GRACE: Duration = Duration::from_secs(1);

/// The command that starts a render process. The program must call [`run_child`](crate::run_child).
#[derive(Debug, Clone)]
pub struct Launch {
    /// The path of the program.
    pub program: PathBuf,
    /// The arguments of the program.
    pub arguments: Vec<OsString>,
}

/// A running child and its two pipes. Dropping this kills the child.
#[derive(Debug)]
pub(crate) struct RenderProcess {
    child: Child,
    /// The child's stdin.
    pub(crate) input: ChildStdin,
    /// The child's stdout.
    pub(crate) output: ChildStdout,
    /// The number of images that the child has processed.
    pub(crate) jobs: u32,
}

impl RenderProcess {
    /// Starts a child with an empty environment, in the root directory.
    ///
    /// The child gets its own process group. Ctrl-C in a terminal signals a whole group, but the
    /// parent still needs the child to finish the current image. When the parent exits, the child
    /// reads the end of its input and exits too.
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

    /// Kills the child.
    pub(crate) async fn kill(mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::warn!(%error, "a render process could not be killed");
        }
    }

    /// Waits until a child exits, after an exchange of messages with the child has failed. Returns
    /// the rejection code for the image, and the exit status in words. There is no code if the
    /// kernel killed the child because the container or the machine ran out of memory, since that
    /// is not the fault of the image. If the child does not exit, it has violated the protocol and
    /// is killed.
    pub(crate) async fn wait_for_exit(mut self) -> (Option<RejectionCode>, String) {
        drop(self.input);
        match timeout(EXIT_GRACE, self.child.wait()).await {
            Ok(Ok(status)) => (cause(status), status.to_string()),
            Ok(Err(error)) => (Some(RejectionCode::Crashed), error.to_string()),
            Err(_) => (
                Some(RejectionCode::Crashed),
                "protocol violation".to_owned(),
            ),
        }
    }
}

fn cause(status: ExitStatus) -> Option<RejectionCode> {
    Some(match (status.code(), status.signal()) {
        // The child exceeded its CPU limit. Usually the parent's deadline ends the child first,
        // unless the parent was suspended.
        (_, Some(libc::SIGXCPU)) => RejectionCode::TimedOut,
        (Some(OUT_OF_MEMORY_STATUS), _) => RejectionCode::OutOfMemory,
        // A SIGKILL that the parent did not send comes from the kernel's out-of-memory killer. The
        // child was within its own limit.
        (_, Some(libc::SIGKILL)) => return None,
        _ => RejectionCode::Crashed,
    })
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    fn shell(script: &str) -> RenderProcess {
        let launch = Launch {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
        };
        RenderProcess::spawn(&launch).unwrap()
    }

    async fn cause_of(script: &str) -> Option<RejectionCode> {
        shell(script).wait_for_exit().await.0
    }

    #[tokio::test]
    async fn the_exit_status_determines_the_rejection_code() {
        for (script, code) in [
            ("exit 86", Some(RejectionCode::OutOfMemory)),
            ("kill -KILL $$", None),
            ("kill -SEGV $$", Some(RejectionCode::Crashed)),
            ("kill -SYS $$", Some(RejectionCode::Crashed)),
            ("kill -XCPU $$", Some(RejectionCode::TimedOut)),
            ("exit 1", Some(RejectionCode::Crashed)),
            ("exit 0", Some(RejectionCode::Crashed)),
        ] {
            assert_eq!(cause_of(script).await, code, "{script}");
        }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_child_has_its_own_process_group() {
        let group = |stat: &str| stat.split(' ').nth(4).unwrap().to_owned();
        let mut process = shell("cat /proc/$$/stat");
        let mut stat = String::new();
        process.output.read_to_string(&mut stat).await.unwrap();
        let own = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        assert_ne!(group(&stat), group(&own));
    }

    #[tokio::test]
    async fn a_child_inherits_no_environment_variable_and_no_working_directory() {
        let mut process = shell("/usr/bin/env; pwd");
        let mut printed = String::new();
        process.output.read_to_string(&mut printed).await.unwrap();
        assert!(!printed.contains("CARGO"), "{printed}");
        assert!(printed.ends_with("/\n"), "{printed}");
    }
}
