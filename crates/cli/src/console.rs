//! Output to the terminal.

use std::io::{self, ErrorKind, Write};

use anyhow::Context;

/// Prints `line` and a line break on stdout. Ignores a closed pipe, because the work is worth
/// finishing even if nobody reads the output.
///
/// # Errors
/// An error if stdout cannot be written, for example on a full disk.
pub(crate) fn print(line: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context("cannot write to stdout"),
    }
}

/// Prints one line on stderr. Ignores errors, because there is no other place to report them.
pub(crate) fn eprint(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
