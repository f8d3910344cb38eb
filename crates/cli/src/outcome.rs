//! How a command ends.

use std::io::{self, Write};
use std::process::ExitCode;

use darkroom_contract::SettingError;

/// Wrong usage or settings, which is told apart from work that failed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct UsageError(pub(crate) String);

/// What the shell is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// All well.
    Well,
    /// Something was rejected or failed; it was said on stderr.
    SomethingFailed,
    /// Wrong usage or settings.
    WrongUsage,
}

impl Ending {
    /// Says on stderr what went wrong, if anything did that was not said yet.
    pub(crate) fn of(result: anyhow::Result<Self>) -> Self {
        let error = match result {
            Ok(ending) => return ending,
            Err(error) => error,
        };
        complain(&format!("darkroom: {error:#}"));
        if error.is::<UsageError>() || error.is::<SettingError>() {
            Self::WrongUsage
        } else {
            Self::SomethingFailed
        }
    }

    pub(crate) fn exit_code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Well => 0,
            Self::SomethingFailed => 1,
            Self::WrongUsage => 2,
        })
    }
}

/// One line on stdout. Whoever has stopped reading misses it, and nothing else happens.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// One line on stderr; as for [`say`].
pub(crate) fn complain(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
