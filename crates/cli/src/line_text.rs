//! Escaping of untrusted text that is printed as part of one line.

use std::fmt::{self, Display, Write};

/// Escapes every character that could start a new line, control the terminal or change the
/// direction of the text after it.
pub(crate) fn escape(value: impl Display) -> impl Display {
    Escaped(value)
}

struct Escaped<T>(T);

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(EscapingWriter(f), "{}", self.0)
    }
}

struct EscapingWriter<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for EscapingWriter<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if is_unsafe(character) {
                write!(self.0, "{}", character.escape_default())?;
            } else {
                self.0.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// Returns `true` for control characters, line and paragraph separators, and the characters that
/// embed, override or isolate a text direction (UAX #9).
fn is_unsafe(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_text_stays_on_one_line_and_cannot_control_the_terminal() {
        for (text, escaped) in [
            ("a\r\nb", r"a\r\nb"),
            ("\u{1b}[2J\u{9b}31m", r"\u{1b}[2J\u{9b}31m"),
            ("a\u{2028}b\u{202e}gpj", r"a\u{2028}b\u{202e}gpj"),
            ("ü é \u{1f4f7} \"\\n\"", "ü é \u{1f4f7} \"\\n\""),
        ] {
            assert_eq!(escape(text).to_string(), escaped);
        }
    }
}
