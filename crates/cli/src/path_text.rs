//! Paths as text. The name of a file may contain any byte except a slash and a null byte.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::line_text::escape;

/// Returns a path as one line for people. Replaces bytes that are not UTF-8, and escapes control
/// characters, so that a name cannot control the terminal.
pub(crate) fn path_text(path: &Path) -> String {
    escape(&path.to_string_lossy()).to_string()
}

/// Returns the bytes of a path in base64, if the path is not UTF-8. JSON is text, so it needs them
/// beside the path.
pub(crate) fn path_base64(path: &Path) -> Option<String> {
    let is_text = path.to_str().is_some();
    (!is_text).then(|| STANDARD.encode(path.as_os_str().as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn a_path_that_is_not_utf_8_is_also_reported_in_base64() {
        assert_eq!(path_base64(Path::new("ü.jpg")), None);
        let path = Path::new(OsStr::from_bytes(b"caf\xe9.jpg"));
        assert_eq!(path_base64(path).unwrap(), "Y2Fm6S5qcGc=");
        assert_eq!(path_text(path), "caf\u{fffd}.jpg");
    }

    #[test]
    fn a_name_cannot_control_the_terminal() {
        let path = Path::new("a\n\u{1b}[31mb\u{9b}c.jpg");
        assert_eq!(path_text(path), r"a\n\u{1b}[31mb\u{9b}c.jpg");
    }
}
