//! Paths as text. The name of a file may contain any byte except a slash and a null byte.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::line_text::escape;

/// Returns a path as one line for people. Replaces bytes that are not UTF-8, and escapes control
/// characters, so that a name cannot control the terminal.
pub(crate) fn path_text(path: &Path) -> String {
    escape(&path.to_string_lossy()).to_string()
}

/// Returns a JSON object with a path as the field `name`.
///
/// JSON is text, so a path that is not UTF-8 gets a second field with its exact bytes in base64,
/// such as `path_base64` beside `path`.
pub(crate) fn path_fields(name: &str, path: &Path) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert(name.to_owned(), path.to_string_lossy().into());
    if path.to_str().is_none() {
        let bytes = STANDARD.encode(path.as_os_str().as_bytes());
        fields.insert(format!("{name}_base64"), bytes.into());
    }
    fields
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_that_is_not_utf_8_is_also_reported_in_base64() {
        let fields = |path: &Path| Value::Object(path_fields("path", path));
        assert_eq!(fields(Path::new("ü.jpg")), json!({"path": "ü.jpg"}));
        let path = Path::new(OsStr::from_bytes(b"caf\xe9.jpg"));
        assert_eq!(
            fields(path),
            json!({"path": "caf\u{fffd}.jpg", "path_base64": "Y2Fm6S5qcGc="})
        );
        assert_eq!(path_text(path), "caf\u{fffd}.jpg");
    }

    #[test]
    fn a_name_cannot_control_the_terminal() {
        let path = Path::new("a\n\u{1b}[31mb\u{9b}c.jpg");
        assert_eq!(path_text(path), r"a\n\u{1b}[31mb\u{9b}c.jpg");
    }
}
