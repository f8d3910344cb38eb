//! Output to the terminal.

use std::io::{self, ErrorKind, Write};

use anyhow::Context;

/// Prints one line on stdout. A closed pipe is ignored: nobody reads the output then, but the work is
/// still worth doing.
///
/// # Errors
/// If stdout cannot be written to, as on a full disk.
pub(crate) fn print(line: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context("cannot write to stdout"),
    }
}

/// Prints one line on stderr. There is no place to report that this failed.
pub(crate) fn eprint(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
