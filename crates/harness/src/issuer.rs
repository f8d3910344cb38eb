//! Issuer processes.

use darkroom_testkit::process::Process;

use crate::{DEADLINE, TestBed};

/// A running `darkroom issuer`. It is killed when this is dropped.
pub struct Issuer {
    process: Process,
    address: String,
}

impl TestBed {
    /// Starts an issuer that reaches the cloud without the fault proxies.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn start_issuer(&self, settings: &[(&str, &str)]) -> anyhow::Result<Issuer> {
        let mut command = self.direct_command("issuer");
        command.envs(settings.iter().copied());
        let mut process = Process::start(command)?;
        let address = |line: &str| {
            let address = line.strip_prefix("issuer listens on http://");
            address.map(str::to_owned)
        };
        let address = process
            .wait_for_line_async("the issuer's address", DEADLINE, address)
            .await?;
        Ok(Issuer { process, address })
    }
}

impl Issuer {
    /// Returns the host and port.
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
