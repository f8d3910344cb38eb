//! A child process, and waits for its output and its exit.

use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::ProcessError;
use super::captured::{Captured, Stream};
use crate::wait;

/// The time to wait for the last lines after a process has exited. A grandchild may keep the pipes
/// open for longer.
const LAST_LINES: Duration = Duration::from_secs(1);

/// A running child process. Both output streams are captured line by line. The process is killed
/// when this value is dropped.
///
/// Each wait has a blocking version and an `_async` version. The `_async` version is for tests that
/// serve requests of the child on their own runtime.
pub struct Process {
    program: String,
    child: Child,
    captured: Captured,
    /// The index of the first line that no wait has consumed yet.
    seen: usize,
}

impl Process {
    /// Starts `command` with nothing on stdin.
    ///
    /// # Errors
    /// [`ProcessError::Io`] if the program cannot be started.
    pub fn start(command: Command) -> Result<Self, ProcessError> {
        Self::start_with(command, Stdio::null())
    }

    /// Starts `command` with a stdin that is empty and stays open until the calling process ends,
    /// for any reason. So a child that exits at the end of its stdin never outlives the caller.
    ///
    /// # Errors
    /// [`ProcessError::Io`] if the program cannot be started.
    pub fn start_with_open_stdin(command: Command) -> Result<Self, ProcessError> {
        Self::start_with(command, Stdio::piped())
    }

    fn start_with(mut command: Command, stdin: Stdio) -> Result<Self, ProcessError> {
        let program = command.get_program().to_string_lossy().into_owned();
        command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let started = command.spawn();
        let mut child = started.map_err(|source| ProcessError::Io {
            program: program.clone(),
            source,
        })?;
        let captured = Captured::default();
        if let Some(stdout) = child.stdout.take() {
            captured.follow(Stream::Stdout, stdout);
        }
        if let Some(stderr) = child.stderr.take() {
            captured.follow(Stream::Stderr, stderr);
        }
        Ok(Self {
            program,
            child,
            captured,
            seen: 0,
        })
    }

    /// Returns the process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns the output on stdout so far.
    #[must_use]
    pub fn stdout(&self) -> String {
        self.captured.text(Stream::Stdout)
    }

    /// Returns the output on stderr so far.
    #[must_use]
    pub fn stderr(&self) -> String {
        self.captured.text(Stream::Stderr)
    }

    /// Waits until `pick` accepts a line on stdout, and returns the result of `pick`. Later waits
    /// start after that line.
    ///
    /// # Errors
    /// [`ProcessError::Ended`] or [`ProcessError::NoLine`] if no such line arrives in the time
    /// `within`.
    pub fn wait_for_line<T>(
        &mut self,
        what: &str,
        within: Duration,
        mut pick: impl FnMut(&str) -> Option<T>,
    ) -> Result<T, ProcessError> {
        let found = wait::until(what, within, || {
            self.look_for_line(what, &mut pick).transpose()
        });
        found.unwrap_or_else(|_| Err(self.no_line(what, within)))
    }

    /// Works like [`Process::wait_for_line`].
    ///
    /// # Errors
    /// As [`Process::wait_for_line`].
    pub async fn wait_for_line_async<T>(
        &mut self,
        what: &str,
        within: Duration,
        mut pick: impl FnMut(&str) -> Option<T>,
    ) -> Result<T, ProcessError> {
        let look = async || self.look_for_line(what, &mut pick).transpose();
        let found = wait::until_async(what, within, look).await;
        found.unwrap_or_else(|_| Err(self.no_line(what, within)))
    }

    /// Waits until the process exits and its last lines have arrived.
    ///
    /// # Errors
    /// [`ProcessError::StillRunning`] if the process has not ended after the time `within`.
    pub fn wait(&mut self, within: Duration) -> Result<ExitStatus, ProcessError> {
        let ended = wait::until("its end", within, || self.check_for_exit().transpose());
        let status = ended.unwrap_or_else(|_| Err(self.still_running(within)))?;
        // A grandchild may keep the pipes open, which is not an error.
        let _ = wait::until("its last lines", LAST_LINES, || self.captured.is_complete());
        Ok(status)
    }

    /// Works like [`Process::wait`].
    ///
    /// # Errors
    /// As [`Process::wait`].
    pub async fn wait_async(&mut self, within: Duration) -> Result<ExitStatus, ProcessError> {
        let look = async || self.check_for_exit().transpose();
        let ended = wait::until_async("its end", within, look).await;
        let status = ended.unwrap_or_else(|_| Err(self.still_running(within)))?;
        let complete = async || self.captured.is_complete();
        let _ = wait::until_async("its last lines", LAST_LINES, complete).await;
        Ok(status)
    }

    /// Sends SIGTERM and waits for the exit.
    ///
    /// # Errors
    /// [`ProcessError::StillRunning`] if the process has not ended after the time `within`.
    pub fn terminate(&mut self, within: Duration) -> Result<ExitStatus, ProcessError> {
        self.signal(Signal::TERM)?;
        self.wait(within)
    }

    /// Works like [`Process::terminate`].
    ///
    /// # Errors
    /// As [`Process::terminate`].
    pub async fn terminate_async(&mut self, within: Duration) -> Result<ExitStatus, ProcessError> {
        self.signal(Signal::TERM)?;
        self.wait_async(within).await
    }

    /// Sends a signal. Nothing happens if the process has ended.
    ///
    /// # Errors
    /// [`ProcessError::Io`] if the system refuses.
    pub fn signal(&mut self, signal: Signal) -> Result<(), ProcessError> {
        // The system reuses an id only after its process has been waited for. If this check finds
        // the child running, the id therefore still belongs to the child.
        if self.check_for_exit()?.is_some() {
            return Ok(());
        }
        let sent = kill_process(Pid::from_child(&self.child), signal);
        sent.map_err(|source| self.io(source.into()))
    }

    fn check_for_exit(&mut self) -> Result<Option<ExitStatus>, ProcessError> {
        self.child.try_wait().map_err(|source| self.io(source))
    }

    fn look_for_line<T>(
        &mut self,
        what: &str,
        pick: impl FnMut(&str) -> Option<T>,
    ) -> Result<Option<T>, ProcessError> {
        let complete = self.captured.is_complete();
        let (picked, seen) = self.captured.pick(Stream::Stdout, self.seen, pick);
        self.seen = seen;
        match (picked, complete) {
            (None, true) => match self.check_for_exit()? {
                Some(status) => Err(self.ended(what, status)),
                None => Ok(None),
            },
            (picked, _) => Ok(picked),
        }
    }

    fn io(&self, source: io::Error) -> ProcessError {
        ProcessError::Io {
            program: self.program.clone(),
            source,
        }
    }

    fn ended(&self, what: &str, status: ExitStatus) -> ProcessError {
        let (program, tail) = (self.program.clone(), self.captured.tail());
        ProcessError::Ended {
            program,
            what: what.to_owned(),
            status,
            tail,
        }
    }

    fn no_line(&self, what: &str, within: Duration) -> ProcessError {
        let (program, tail) = (self.program.clone(), self.captured.tail());
        ProcessError::NoLine {
            program,
            what: what.to_owned(),
            within,
            tail,
        }
    }

    fn still_running(&self, within: Duration) -> ProcessError {
        let (program, tail) = (self.program.clone(), self.captured.tail());
        ProcessError::StillRunning {
            program,
            within,
            tail,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both calls fail only if the process has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMPLE: Duration = Duration::from_secs(30);
    const SOON: Duration = Duration::from_millis(100);

    fn shell(script: &str) -> Process {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Process::start(command).unwrap()
    }

    #[test]
    fn each_wait_continues_after_the_line_of_the_previous_one() {
        let mut process = shell("echo port 1; echo port 2");
        let port = |line: &str| line.strip_prefix("port ").map(str::to_owned);
        assert_eq!(process.wait_for_line("a port", AMPLE, port).unwrap(), "1");
        assert_eq!(process.wait_for_line("a port", AMPLE, port).unwrap(), "2");
    }

    #[test]
    fn the_streams_are_captured_separately_and_completely() {
        let mut process = shell("echo out; echo err >&2; printf 'no newline'; exit 3");
        assert_eq!(process.wait(AMPLE).unwrap().code(), Some(3));
        assert_eq!(process.stdout(), "out\nno newline\n");
        assert_eq!(process.stderr(), "err\n");
    }

    #[test]
    fn the_error_for_a_process_that_ends_too_early_quotes_its_last_lines() {
        let error =
            shell("echo no such bucket >&2; exit 2")
                .wait_for_line("the address", AMPLE, |_| Some(()));
        let message = error.unwrap_err().to_string();
        assert!(
            message.starts_with("sh ended (exit status: 2) without the address"),
            "{message}"
        );
        assert!(message.ends_with("no such bucket"), "{message}");
    }

    #[test]
    fn a_missing_line_is_an_error_at_the_deadline() {
        let mut process = shell("exec sleep 60");
        let error = process
            .wait_for_line("the address", SOON, |_| Some(()))
            .unwrap_err();
        assert!(matches!(error, ProcessError::NoLine { .. }), "{error}");
        assert!(matches!(
            process.wait(SOON),
            Err(ProcessError::StillRunning { .. })
        ));
    }

    #[test]
    fn terminate_lets_the_process_finish() {
        let mut process =
            shell("trap 'echo tidied; exit 0' TERM; echo ready; while :; do sleep 0.05; done");
        process
            .wait_for_line("ready", AMPLE, |line| (line == "ready").then_some(()))
            .unwrap();
        assert!(process.terminate(AMPLE).unwrap().success());
        assert_eq!(process.stdout(), "ready\ntidied\n");
    }

    #[test]
    fn a_signal_to_an_ended_process_does_nothing() {
        let mut process = shell("exit 0");
        process.wait(AMPLE).unwrap();
        process.signal(Signal::TERM).unwrap();
        assert!(process.terminate(SOON).unwrap().success());
    }

    #[test]
    fn a_dropped_process_is_gone() {
        let process = shell("exec sleep 60");
        let pid = Pid::from_child(&process.child);
        drop(process);
        assert!(rustix::process::test_kill_process(pid).is_err());
    }

    #[tokio::test]
    async fn the_asynchronous_waits_work_like_the_blocking_ones() {
        let mut process = shell("echo ready; exec sleep 60");
        let ready = |line: &str| (line == "ready").then_some(());
        process
            .wait_for_line_async("ready", AMPLE, ready)
            .await
            .unwrap();
        assert!(!process.terminate_async(AMPLE).await.unwrap().success());
    }
}
