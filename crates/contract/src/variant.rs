//! The settings of a variant.

use darkroom_imaging::{
    Color, Encoding, Fit, Gravity, IccPolicy, OutputFormat, Resize, Variant, WebpMode,
};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{Lossless, SettingError};

/// The quality of variants that do not set one.
const DEFAULT_QUALITY: u8 = 85;
/// The effort of variants that do not set one. Higher efforts take at least 2.5 times as long and save 3
/// to 5 % of the bytes.
const DEFAULT_EFFORT: u8 = 2;
/// The longest side of a WebP image, in pixels. The limit applies to all formats.
const MAX_SIDE: u32 = 16_383;

/// One variant of a profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariantSettings {
    /// The name in manifests.
    pub name: String,
    /// The part of the key that follows the id.
    #[serde(default)]
    pub suffix: String,
    /// The format to encode to.
    #[serde(default = "default_format")]
    pub format: OutputFormat,
    /// The quality, 0 to 100 (1 to 100 for JPEG), by default 85. It does not apply to PNG.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<u8>,
    /// The effort of the encoder, 0 (fast) to 6 (small), by default 2. It applies only to WebP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<u8>,
    /// Lossless encoding: `true`, `false` or `"auto"`. It applies only to WebP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lossless: Option<Lossless>,
    /// The width of the box that the image is resized to, in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Several widths in place of `width`, as a short form for one variant of each width. The width
    /// follows the name and the suffix, after an underscore.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub widths: Vec<u32>,
    /// The height of the box that the image is resized to, in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// The way in which the image is fitted into the box.
    #[serde(default)]
    pub fit: FitMode,
    /// The part of the image that `cover` keeps, or the position of the image when `fit` is `pad`.
    #[serde(default)]
    pub gravity: Gravity,
    /// The color (`#rrggbb`) that fills the box when `fit` is `pad`, and that replaces transparency
    /// in JPEG.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background: Option<Color>,
    /// Enlarges an image that is smaller than the box.
    #[serde(default)]
    pub enlarge: bool,
    /// Keeps an animation animated. If this is `false`, only the first frame is rendered.
    #[serde(default = "default_animated")]
    pub animated: bool,
    /// The treatment of a color profile: `convert_to_srgb` or `keep`.
    #[serde(default)]
    pub icc: IccPolicy,
}

/// The way in which an image is fitted into a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FitMode {
    /// [`Fit::Inside`].
    #[default]
    Inside,
    /// [`Fit::Cover`].
    Cover,
    /// [`Fit::Pad`].
    Pad,
}

const fn default_format() -> OutputFormat {
    OutputFormat::Webp
}

const fn default_animated() -> bool {
    true
}

impl VariantSettings {
    pub(crate) fn webp(name: &str, suffix: &str, quality: u8) -> Self {
        Self {
            name: name.to_owned(),
            suffix: suffix.to_owned(),
            format: OutputFormat::Webp,
            quality: Some(quality),
            effort: None,
            lossless: None,
            width: None,
            widths: Vec::new(),
            height: None,
            fit: FitMode::Inside,
            gravity: Gravity::Center,
            background: None,
            enlarge: false,
            animated: true,
            icc: IccPolicy::ConvertToSrgb,
        }
    }

    pub(crate) fn inside(self, side: u32) -> Self {
        Self {
            width: Some(side),
            height: Some(side),
            ..self
        }
    }

    /// Returns the variants that this stands for: one for each of `widths`, or only itself.
    ///
    /// # Errors
    /// A description of the problem if `widths` is combined with `width` or `height`.
    fn expand(self) -> Result<Vec<Self>, &'static str> {
        if self.widths.is_empty() {
            return Ok(vec![self]);
        }
        if self.width.is_some() || self.height.is_some() {
            return Err("widths cannot be combined with width or height");
        }
        let with_width = |width: &u32| Self {
            name: format!("{}_{width}", self.name),
            suffix: format!("{}_{width}", self.suffix),
            width: Some(*width),
            widths: Vec::new(),
            ..self.clone()
        };
        Ok(self.widths.iter().map(with_width).collect())
    }

    pub(crate) fn variant(&self) -> Variant {
        let resize = (self.width.is_some() || self.height.is_some()).then(|| Resize {
            width: self.width,
            height: self.height,
            fit: self.fit(),
            enlarge: self.enlarge,
        });
        Variant {
            name: self.name.clone(),
            resize,
            encoding: self.encoding(),
            animated: self.animated,
            icc: self.icc,
        }
    }

    fn fit(&self) -> Fit {
        match self.fit {
            FitMode::Inside => Fit::Inside,
            FitMode::Cover => Fit::Cover(self.gravity),
            FitMode::Pad => Fit::Pad {
                gravity: self.gravity,
                background: self.background,
            },
        }
    }

    fn encoding(&self) -> Encoding {
        let quality = self.quality.unwrap_or(DEFAULT_QUALITY);
        match self.format {
            OutputFormat::Webp => Encoding::Webp {
                quality,
                effort: self.effort.unwrap_or(DEFAULT_EFFORT),
                mode: match self.lossless {
                    Some(Lossless::Auto) => WebpMode::Auto,
                    Some(Lossless::Always) => WebpMode::Lossless,
                    Some(Lossless::Never) | None => WebpMode::Lossy,
                },
            },
            OutputFormat::Jpeg => Encoding::Jpeg {
                quality,
                background: self.background.unwrap_or(Color::WHITE),
            },
            OutputFormat::Png => Encoding::Png,
        }
    }

    pub(crate) fn validate(&self) -> Result<(), SettingError> {
        SettingError::ensure(
            !self.name.is_empty() && is_word(&self.name),
            "name",
            "must be 1 to 32 characters of A-Z a-z 0-9 _ -",
        )?;
        SettingError::ensure(
            is_word(&self.suffix),
            "suffix",
            "must be at most 32 characters of A-Z a-z 0-9 _ -",
        )?;
        self.validate_encoding()?;
        for (key, side) in [("width", self.width), ("height", self.height)] {
            let is_valid = side.is_none_or(|side| (1..=MAX_SIDE).contains(&side));
            SettingError::ensure(is_valid, key, "must be between 1 and 16383 px")?;
        }
        let has_box = self.width.is_some() && self.height.is_some();
        SettingError::ensure(
            self.fit == FitMode::Inside || has_box,
            "fit",
            "cover and pad require both width and height",
        )
    }

    fn validate_encoding(&self) -> Result<(), SettingError> {
        let is_webp = self.format == OutputFormat::Webp;
        let least = match self.format {
            OutputFormat::Webp => 0,
            OutputFormat::Jpeg => 1,
            OutputFormat::Png => {
                let problem = "does not apply to PNG, which is lossless";
                SettingError::ensure(self.quality.is_none(), "quality", problem)?;
                0
            }
        };
        let is_valid = self
            .quality
            .is_none_or(|quality| (least..=100).contains(&quality));
        let problem = format!("must be between {least} and 100");
        SettingError::ensure(is_valid, "quality", &problem)?;
        for (key, is_set) in [
            ("effort", self.effort.is_some()),
            ("lossless", self.lossless.is_some()),
        ] {
            SettingError::ensure(is_webp || !is_set, key, "applies to WebP only")?;
        }
        SettingError::ensure(
            self.effort.is_none_or(|effort| effort <= 6),
            "effort",
            "must be between 0 and 6",
        )
    }
}

/// Reads the variants of a profile, with one variant in place of each of `widths`.
pub(crate) fn expanded<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<VariantSettings>, D::Error> {
    let variants = Vec::<VariantSettings>::deserialize(deserializer)?;
    let expanded: Result<Vec<_>, _> = variants.into_iter().map(VariantSettings::expand).collect();
    Ok(expanded.map_err(D::Error::custom)?.concat())
}

fn is_word(text: &str) -> bool {
    text.len() <= 32
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn variant(changes: &Value) -> VariantSettings {
        let mut variant = json!({"name": "v", "format": "webp"});
        for (key, value) in changes.as_object().unwrap() {
            variant[key] = value.clone();
        }
        serde_json::from_value(variant).unwrap()
    }

    #[test]
    fn widths_stand_for_one_variant_of_each_width() {
        let variants = json!([
            {"name": "original"},
            {"name": "w", "suffix": "_w", "quality": 70, "widths": [320, 640]},
        ]);
        let variants = expanded(&variants).unwrap();
        let brief = variants
            .iter()
            .map(|it| (&*it.name, &*it.suffix, it.width, it.quality));
        let expected = [
            ("original", "", None, None),
            ("w_320", "_w_320", Some(320), Some(70)),
            ("w_640", "_w_640", Some(640), Some(70)),
        ];
        assert_eq!(brief.collect::<Vec<_>>(), expected);
        let error = expanded(&json!([{"name": "w", "widths": [1], "height": 1}])).unwrap_err();
        let message = "widths cannot be combined with width or height";
        assert_eq!(error.to_string(), message);
    }

    #[test]
    fn an_invalid_or_inapplicable_setting_is_an_error() {
        for (changes, key) in [
            (json!({"name": ""}), "name"),
            (json!({"suffix": "/x"}), "suffix"),
            (json!({"quality": 101}), "quality"),
            (json!({"format": "jpeg", "quality": 0}), "quality"),
            (json!({"format": "png", "quality": 85}), "quality"),
            (json!({"format": "jpeg", "effort": 1}), "effort"),
            (json!({"effort": 7}), "effort"),
            (json!({"format": "png", "lossless": true}), "lossless"),
            (json!({"width": 0}), "width"),
            (json!({"height": 16_384}), "height"),
            (json!({"fit": "cover", "width": 1}), "fit"),
        ] {
            let error = variant(&changes).validate().unwrap_err();
            assert_eq!(error.key(), key, "{changes}");
        }
        let valid = json!({"fit": "pad", "width": 1, "height": 1, "quality": 0, "effort": 6});
        assert_eq!(variant(&valid).validate(), Ok(()));
    }
}
