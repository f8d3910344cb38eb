//! Issuer processes.

use std::process::Command;

use darkroom_testkit::process::Process;

use crate::DEADLINE;
use crate::announcement::announcement;

/// A running `darkroom issuer`. Dropping this value kills the process.
pub struct Issuer {
    process: Process,
    address: String,
}

impl Issuer {
    /// Runs a command that starts an issuer, and waits until the issuer reports its address.
    pub(crate) async fn start(command: Command) -> anyhow::Result<Self> {
        let mut process = Process::start(command)?;
        let address = |line: &str| {
            let line = announcement(line);
            let address = line.strip_prefix("issuer listens on http://");
            address.map(str::to_owned)
        };
        let address = process
            .wait_for_line_async("the issuer's address", DEADLINE, address)
            .await?;
        Ok(Self { process, address })
    }

    /// Returns the address of the issuer as `HOST:PORT`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns the process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Returns the log so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.stderr()
    }
}
