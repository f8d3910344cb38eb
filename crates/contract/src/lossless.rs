//! Lossless encoding as a setting.

use serde::{Deserialize, Serialize};

/// The use of lossless encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "LosslessValue", into = "LosslessValue")]
pub enum Lossless {
    /// `true`.
    Always,
    /// `false`.
    Never,
    /// `"auto"`: lossless for flat graphics from a lossless source if that makes the file smaller,
    /// otherwise lossy.
    Auto,
}

/// The representation of [`Lossless`] in a settings file.
#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "must be true, false or \"auto\"")]
enum LosslessValue {
    Flag(bool),
    Keyword(LosslessKeyword),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LosslessKeyword {
    Auto,
}

impl From<LosslessValue> for Lossless {
    fn from(value: LosslessValue) -> Self {
        match value {
            LosslessValue::Flag(true) => Self::Always,
            LosslessValue::Flag(false) => Self::Never,
            LosslessValue::Keyword(LosslessKeyword::Auto) => Self::Auto,
        }
    }
}

impl From<Lossless> for LosslessValue {
    fn from(lossless: Lossless) -> Self {
        match lossless {
            Lossless::Always => Self::Flag(true),
            Lossless::Never => Self::Flag(false),
            Lossless::Auto => Self::Keyword(LosslessKeyword::Auto),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_setting_is_true_false_or_auto() {
        for (value, lossless) in [
            (json!(true), Lossless::Always),
            (json!(false), Lossless::Never),
            (json!("auto"), Lossless::Auto),
        ] {
            assert_eq!(serde_json::to_value(lossless).unwrap(), value);
            assert_eq!(serde_json::from_value::<Lossless>(value).unwrap(), lossless);
        }
        for value in [json!(1), json!("never"), Value::Null] {
            let error = serde_json::from_value::<Lossless>(value).unwrap_err();
            assert_eq!(error.to_string(), "must be true, false or \"auto\"");
        }
    }
}
