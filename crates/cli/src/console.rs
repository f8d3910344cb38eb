//! Output to the terminal, or to whatever collects the lines of a role.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// `true` in a role whose log is JSON. Collectors of logs read stdout and stderr as one stream, and
/// expect JSON on every line of it.
static IS_JSON: AtomicBool = AtomicBool::new(false);

/// Makes every later line on stdout and stderr a JSON object with the fields of the log.
pub(crate) fn print_json_from_now_on() {
    IS_JSON.store(true, Ordering::Relaxed);
}

/// Prints `line` and a line break on stdout. Ignores a closed pipe, because the work is worth
/// finishing even if nobody reads the output.
///
/// # Errors
/// An error if stdout cannot be written, for example on a full disk.
pub(crate) fn print(line: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout(), "{}", format_line("INFO", line)) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context("cannot write to stdout"),
    }
}

/// Prints an error or a warning on one line of stderr. Ignores errors, because there is no other
/// place to report them.
pub(crate) fn eprint(line: &str) {
    let _ = writeln!(io::stderr(), "{}", format_line("ERROR", line));
}

/// Prints a note on one line of stderr, as [`eprint()`] does.
pub(crate) fn eprint_note(line: &str) {
    let _ = writeln!(io::stderr(), "{}", format_line("INFO", line));
}

fn format_line<'a>(level: &str, line: &'a str) -> Cow<'a, str> {
    if IS_JSON.load(Ordering::Relaxed) {
        Cow::Owned(to_json(OffsetDateTime::now_utc(), level, line))
    } else {
        Cow::Borrowed(line)
    }
}

fn to_json(now: OffsetDateTime, level: &str, message: &str) -> String {
    serde_json::json!({
        "timestamp": now.format(&Rfc3339).unwrap_or_default(),
        "level": level,
        "message": message,
        "target": "darkroom",
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_json_line_has_the_fields_of_the_log_and_no_line_break() {
        let now = datetime!(2026-11-28 12:00 UTC);
        let line = to_json(now, "ERROR", "two\nlines");
        assert!(!line.contains('\n'), "{line}");
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        let expected = serde_json::json!({
            "timestamp": "2026-11-28T12:00:00Z",
            "level": "ERROR",
            "message": "two\nlines",
            "target": "darkroom",
        });
        assert_eq!(line, expected);
    }
}
