//! A copy of stdin in a temporary file, for commands that need the size of a file in advance.

use std::io::{self, IsTerminal, Read};

use anyhow::{Context, ensure};
use tempfile::{NamedTempFile, TempPath};

use crate::exit_status::UsageError;

/// The maximum size of the copy. No profile accepts larger files.
const MAX_BYTES: u64 = 1 << 30;

/// Copies stdin to a temporary file. Dropping the path deletes the file.
///
/// # Errors
/// [`UsageError`] if stdin is a terminal, or another error if the bytes cannot be copied.
pub(crate) fn copy() -> anyhow::Result<TempPath> {
    let stdin = io::stdin();
    let is_file = !stdin.is_terminal();
    let error = || {
        UsageError(
            "`-` reads a photo from stdin, but stdin is a terminal: use a pipe, or `- < photo.jpg`"
                .to_owned(),
        )
    };
    ensure!(is_file, error());
    let mut file = NamedTempFile::with_prefix("darkroom-stdin-")
        .context("cannot create a temporary file (in the folder TMPDIR) for stdin")?;
    let mut bytes = stdin.lock().take(MAX_BYTES + 1);
    let copied = io::copy(&mut bytes, &mut file);
    let copied = copied.context("cannot copy stdin to a temporary file")?;
    ensure!(
        copied <= MAX_BYTES,
        "stdin has more than {MAX_BYTES} bytes; no profile accepts such a file"
    );
    Ok(file.into_temp_path())
}
