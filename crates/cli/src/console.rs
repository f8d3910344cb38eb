//! Output to the terminal. A closed pipe is ignored, because nobody reads the output.

use std::io::{self, Write};

/// Prints one line on stdout.
pub(crate) fn print(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Prints one line on stderr.
pub(crate) fn eprint(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
