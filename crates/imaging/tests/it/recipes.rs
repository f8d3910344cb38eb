//! Recipes shared by tests.

use darkroom_imaging::{
    Encoding, Fit, IccPolicy, Limits, OutputLimits, Recipe, Resize, SourceFormat, Variant, WebpMode,
};

/// Returns the limits of the default profile `avatar`.
pub(crate) fn avatar_limits() -> Limits {
    Limits {
        max_bytes: 10 << 20,
        max_width: 4096,
        max_height: 4096,
        max_pixels: 4096 * 4096,
        max_frames: 100,
        max_total_pixels: 100_000_000,
        formats: SourceFormat::ALL.to_vec(),
    }
}

/// Returns limits that accept every image of the corpus.
pub(crate) fn wide_limits() -> Limits {
    Limits {
        max_bytes: 100 << 20,
        max_width: 16_384,
        max_height: 16_384,
        max_pixels: 100_000_000,
        max_frames: 1000,
        max_total_pixels: 1_000_000_000,
        ..avatar_limits()
    }
}

/// Returns the recipe of the default profile `avatar`: the whole image and a thumbnail.
pub(crate) fn avatar() -> Recipe {
    let thumbnail = Resize {
        width: Some(400),
        height: Some(400),
        fit: Fit::Inside,
        enlarge: false,
    };
    Recipe {
        limits: avatar_limits(),
        crop: None,
        output: OutputLimits::NONE,
        keep: Vec::new(),
        variants: vec![
            variant("original", None, webp(85, WebpMode::Lossy)),
            variant("thumb", Some(thumbnail), webp(80, WebpMode::Lossy)),
        ],
    }
}

/// Returns a recipe for the whole image in every encoding.
pub(crate) fn every_encoding() -> Recipe {
    let background = darkroom_imaging::Color::WHITE;
    let jpeg = Encoding::Jpeg {
        quality: 90,
        background,
    };
    Recipe {
        limits: avatar_limits(),
        crop: None,
        output: OutputLimits::NONE,
        keep: Vec::new(),
        variants: vec![
            variant("lossy", None, webp(85, WebpMode::Lossy)),
            variant("lossless", None, webp(85, WebpMode::Lossless)),
            variant("auto", None, webp(85, WebpMode::Auto)),
            variant("jpeg", None, jpeg),
            variant("png", None, Encoding::Png),
        ],
    }
}

/// Returns a recipe for the whole image as lossless WebP, for comparing pixels.
pub(crate) fn lossless() -> Recipe {
    Recipe {
        limits: wide_limits(),
        crop: None,
        output: OutputLimits::NONE,
        keep: Vec::new(),
        variants: vec![variant("whole", None, webp(0, WebpMode::Lossless))],
    }
}

pub(crate) fn variant(name: &str, resize: Option<Resize>, encoding: Encoding) -> Variant {
    Variant {
        name: name.to_owned(),
        resize,
        encoding,
        animated: true,
        icc: IccPolicy::ConvertToSrgb,
    }
}

pub(crate) fn webp(quality: u8, mode: WebpMode) -> Encoding {
    Encoding::Webp {
        quality,
        effort: 0,
        mode,
    }
}
