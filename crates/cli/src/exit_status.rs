//! The exit status of a command.

use std::io::ErrorKind;
use std::process::ExitCode;

use darkroom_contract::SettingError;

use crate::console::eprint;

/// An invalid argument, settings file or environment variable.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct UsageError(pub(crate) String);

/// The result of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// Everything succeeded.
    Success,
    /// Something was rejected or failed. Stderr states the details.
    Failure,
    /// The command line, a setting or an environment variable is invalid.
    Usage,
    /// A dry run found differences from the settings.
    Drift,
}

impl ExitStatus {
    /// Prints the help, the version, or the error in an invalid command line. Returns the exit
    /// status.
    pub(crate) fn from_clap(message: &clap::Error) -> Self {
        match message.print() {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                eprint(&format!("darkroom: cannot write to stdout: {error}"));
                Self::Failure
            }
            _ if message.use_stderr() => Self::Usage,
            _ => Self::Success,
        }
    }

    /// Converts the result of a command to its exit status. If the result is an error, prints it on
    /// stderr.
    pub(crate) fn from_result(result: anyhow::Result<Self>) -> Self {
        let error = match result {
            Ok(status) => return status,
            Err(error) => error,
        };
        eprint(&format!("darkroom: {error:#}"));
        if error.is::<UsageError>() || error.is::<SettingError>() {
            Self::Usage
        } else {
            Self::Failure
        }
    }

    /// Returns the exit code of the process.
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Drift => 3,
        })
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn a_wrong_setting_is_a_usage_error_even_with_context() {
        let setting = SettingError::new("worker.poll_wait", "must be at most 20 s");
        let result = Err(setting).context("the settings are invalid");
        assert_eq!(ExitStatus::from_result(result), ExitStatus::Usage);
        let usage = UsageError("profile x does not exist".to_owned());
        assert_eq!(
            ExitStatus::from_result(Err(usage.into())),
            ExitStatus::Usage
        );
    }

    #[test]
    fn an_error_other_than_a_usage_or_setting_error_is_a_failure() {
        let result = Err(anyhow::anyhow!("cannot reach S3"));
        assert_eq!(ExitStatus::from_result(result), ExitStatus::Failure);
    }
}
