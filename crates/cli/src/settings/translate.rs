//! Conversion of figment's errors to errors that a user of the settings understands.

use std::borrow::Cow;

use darkroom_contract::SettingError;
use figment::error::{Actual, Kind};

use super::nearest::nearest;

/// Returns the setting and the problem. The caller adds the value and its source.
pub(super) fn translate(error: &figment::Error) -> SettingError {
    let mut path = error.path.clone();
    let problem = match &error.kind {
        Kind::UnknownField(name, known) => {
            if path.last() != Some(name) {
                path.push(name.clone());
            }
            unknown(name, known)
        }
        Kind::MissingField(name) => {
            path.push(name.to_string());
            "is required".to_owned()
        }
        Kind::InvalidType(Actual::Signed(number), expected)
        | Kind::InvalidValue(Actual::Signed(number), expected)
            if *number < 0 && is_number(expected) =>
        {
            "must not be negative".to_owned()
        }
        Kind::InvalidValue(Actual::Unsigned(_) | Actual::Signed(_), expected)
            if is_number(expected) =>
        {
            format!("must be at most {}", largest(expected))
        }
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => {
            format!("must be {}", in_words(expected))
        }
        Kind::InvalidLength(..) => "has too few or too many entries".to_owned(),
        Kind::UnknownVariant(_, known) => format!("must be {}", one_of(known)),
        Kind::DuplicateField(_) => "is set twice".to_owned(),
        Kind::ISizeOutOfRange(_) | Kind::USizeOutOfRange(_) => "is out of range".to_owned(),
        Kind::Unsupported(_) | Kind::UnsupportedKey(..) => {
            "has a value of the wrong kind".to_owned()
        }
        Kind::Message(text) => message(text),
    };
    SettingError::new(path.join("."), problem)
}

fn unknown(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(nearest) => format!("is not a setting; did you mean `{nearest}`?"),
        None => "is not a setting".to_owned(),
    }
}

fn one_of(known: &[&str]) -> String {
    let quoted: Vec<String> = known.iter().map(|word| format!("\"{word}\"")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

fn is_number(expected: &str) -> bool {
    matches!(
        expected,
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize"
    ) || expected == "integer overflow"
}

fn largest(expected: &str) -> u64 {
    match expected {
        "u8" => u8::MAX.into(),
        "u16" => u16::MAX.into(),
        "u32" => u32::MAX.into(),
        _ => u64::MAX,
    }
}

/// Describes in plain words the kind of value that a deserializer expects. The deserializer's own
/// description is often the name of a Rust type.
fn in_words(expected: &str) -> Cow<'_, str> {
    let words = match expected {
        _ if is_number(expected) => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a duration" => "a duration such as \"20s\"",
        "an integer or string" | "parsable string" => "a size such as \"10MiB\"",
        "socket address" => "an address and port such as \"127.0.0.1:8080\"",
        "a string" => "text",
        _ if expected.contains("sequence") => "a list",
        _ if expected.starts_with("struct ") || expected.contains("map") => "a table of settings",
        _ if expected.starts_with("enum") || expected.starts_with("variant ") => "text",
        other => return Cow::Borrowed(other),
    };
    Cow::Borrowed(words)
}

/// Rewords a parser's message so that it can follow the key, as in `worker.listen must be …`.
fn message(text: &str) -> String {
    if text.starts_with("invalid socket address") {
        return format!("must be {}", in_words("socket address"));
    }
    if text.starts_with("must ") {
        return text.to_owned();
    }
    format!("is invalid: {text}")
}
