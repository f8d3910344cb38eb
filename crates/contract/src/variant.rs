//! What is made of a picture, as it is configured.

use darkroom_imaging::{
    Color, Encoding, Fit, Gravity, IccPolicy, OutputFormat, Resize, Variant, WebpMode,
};
use serde::{Deserialize, Serialize};

use crate::SettingError;

/// libwebp's quality and `method` where a variant does not say: at method 2 a file is 3 % larger
/// than at libwebp's own default of 4, at the same quality and 2.6 times the speed.
const DEFAULT_QUALITY: u8 = 85;
const DEFAULT_EFFORT: u8 = 2;
const MAX_SIDE: u32 = 16_383;

/// One variant of a profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariantSettings {
    /// Its name in manifests.
    pub name: String,
    /// What follows the id in its key.
    #[serde(default)]
    pub suffix: String,
    /// What it is encoded to.
    #[serde(default = "webp")]
    pub format: OutputFormat,
    /// 0 to 100; 85 where it is not given. PNG has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<u8>,
    /// libwebp's `method`, 0 (fast) to 6 (small); 2 where it is not given. WebP only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<u8>,
    /// Whether WebP keeps every pixel as it is: `true`, `false` or `"auto"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lossless: Option<Lossless>,
    /// Width of the box it is brought to, in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height of the box it is brought to, in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// How it is brought to that box.
    #[serde(default)]
    pub fit: FitName,
    /// What to keep when `fit` is `cover`, where to stand when it is `pad`.
    #[serde(default)]
    pub gravity: Gravity,
    /// `#rrggbb`: what fills the box when `fit` is `pad`, and what JPEG lays transparency on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background: Option<Color>,
    /// Whether a smaller picture is enlarged to the box.
    #[serde(default)]
    pub enlarge: bool,
    /// Whether an animated source stays animated.
    #[serde(default = "yes")]
    pub animated: bool,
    /// What becomes of a colour profile: `convert_to_srgb` or `keep`.
    #[serde(default)]
    pub icc: IccPolicy,
}

/// The names of [`Fit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FitName {
    /// [`Fit::Inside`].
    #[default]
    Inside,
    /// [`Fit::Cover`].
    Cover,
    /// [`Fit::Pad`].
    Pad,
}

/// `true`, `false` or `"auto"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "must be true, false or \"auto\"")]
pub enum Lossless {
    /// Always or never.
    Flag(bool),
    /// Where it is smaller.
    Word(Auto),
}

/// The word `auto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auto {
    /// The one word there is.
    Auto,
}

const fn webp() -> OutputFormat {
    OutputFormat::Webp
}

const fn yes() -> bool {
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
            height: None,
            fit: FitName::Inside,
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
            FitName::Inside => Fit::Inside,
            FitName::Cover => Fit::Cover(self.gravity),
            FitName::Pad => Fit::Pad {
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
                    Some(Lossless::Word(Auto::Auto)) => WebpMode::Auto,
                    Some(Lossless::Flag(true)) => WebpMode::Lossless,
                    Some(Lossless::Flag(false)) | None => WebpMode::Lossy,
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
            self.fit == FitName::Inside || has_box,
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

fn is_word(text: &str) -> bool {
    text.len() <= 32
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}
