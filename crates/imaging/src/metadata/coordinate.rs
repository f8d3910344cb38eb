//! Parsing of coordinates that are stored as text: in XMP, and in EXIF entries of the wrong type.

/// Parses a coordinate to decimal degrees. It consists of up to three numbers for degrees, minutes and
/// seconds, and perhaps a letter for the direction, as in `48,51.4N`, `-33.8568` and
/// `151 deg 12' 55" E`.
pub(super) fn parse(text: &[u8]) -> Option<f64> {
    let degrees = from_parts(numbers(text))?;
    let is_negative = text.contains(&b'-') || ends_with_any(text, b"SsWw");
    Some(with_sign(degrees.abs(), is_negative))
}

/// Returns degrees, minutes and seconds as decimal degrees; minutes and seconds may be missing.
pub(super) fn from_parts(mut parts: impl Iterator<Item = f64>) -> Option<f64> {
    let degrees = parts.next()?;
    let minutes = parts.next().unwrap_or(0.0);
    let seconds = parts.next().unwrap_or(0.0);
    let fraction = minutes / 60.0 + seconds / 3600.0;
    // The sign of the degrees applies to the whole coordinate.
    Some(with_sign(degrees.abs() + fraction, degrees < 0.0))
}

/// Returns the numbers in a text, such as `58`, `+58.5` and `117/2`. Any other characters separate them.
pub(super) fn numbers(text: &[u8]) -> impl Iterator<Item = f64> {
    let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'/');
    text.split(move |byte| !is_part(byte))
        .filter_map(|number| fraction(std::str::from_utf8(number).ok()?))
}

/// Parses a decimal number, or a fraction of two decimal numbers.
fn fraction(text: &str) -> Option<f64> {
    let number = match text.split_once('/') {
        Some((numerator, denominator)) => {
            numerator.parse::<f64>().ok()? / denominator.parse::<f64>().ok()?
        }
        None => text.parse().ok()?,
    };
    number.is_finite().then_some(number)
}

/// Applies a sign; zero stays positive.
pub(super) fn with_sign(value: f64, is_negative: bool) -> f64 {
    if is_negative && value != 0.0 {
        -value
    } else {
        value
    }
}

/// Returns whether the last letter or digit of a text is one of `letters`.
fn ends_with_any(text: &[u8], letters: &[u8]) -> bool {
    let last = text.iter().rfind(|byte| byte.is_ascii_alphanumeric());
    last.is_some_and(|byte| letters.contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_read_in_every_usual_notation() {
        for (text, degrees) in [
            ("48,51.5N", 48.858_333),
            ("48,51,30N", 48.858_333),
            ("33,51.408S", -33.8568),
            ("151.2153", 151.2153),
            ("-33.8568", -33.8568),
            ("-33,51.408", -33.8568),
            ("+22.5", 22.5),
            ("48 deg 51' 30.00\" N", 48.858_333),
            ("2/1 21/1 300/100\0", 2.350_833),
            ("0,30.0W", -0.5),
        ] {
            let parsed = parse(text.as_bytes()).unwrap();
            assert!((parsed - degrees).abs() < 1e-5, "{text}: {parsed}");
        }
        for text in ["", "N", "north", "1/0", "--", "\u{fffd}"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
