//! Colors.

use serde::{Deserialize, Serialize};

/// An opaque sRGB color. Its text form is `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Color {
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
}

impl Color {
    /// White, the default background of transparent pixels.
    pub const WHITE: Self = Self {
        red: 255,
        green: 255,
        blue: 255,
    };
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        format!("#{:02x}{:02x}{:02x}", color.red, color.green, color.blue)
    }
}

impl TryFrom<String> for Color {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let mut channels = [0; 3];
        text.strip_prefix('#')
            .and_then(|digits| hex::decode_to_slice(digits, &mut channels).ok())
            .ok_or("a color must have the form #rrggbb")?;
        let [red, green, blue] = channels;
        Ok(Self { red, green, blue })
    }
}
