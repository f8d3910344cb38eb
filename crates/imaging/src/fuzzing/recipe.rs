//! The limits and the recipe of the fuzz targets.

use crate::{
    Color, Encoding, Fit, Gravity, IccPolicy, Limits, OutputLimits, Recipe, Resize, SourceFormat,
    Variant, WebpMode,
};

/// The longest side in pixels. It is small, so that a fuzzer spends its time on many images instead of
/// large ones.
pub(super) const MAX_SIDE: u32 = 256;

/// Returns small limits that accept every format.
pub(super) fn limits() -> Limits {
    Limits {
        max_bytes: 1 << 20,
        max_width: MAX_SIDE,
        max_height: MAX_SIDE,
        max_pixels: 128 * 256,
        max_frames: 8,
        max_total_pixels: 4 * 128 * 256,
        formats: SourceFormat::ALL.to_vec(),
    }
}

/// Returns a recipe with every encoding, fit and treatment of animation.
pub(super) fn recipe() -> Recipe {
    let webp = |mode| Encoding::Webp {
        quality: 80,
        effort: 0,
        mode,
    };
    let jpeg = Encoding::Jpeg {
        quality: 80,
        background: Color::WHITE,
    };
    let pad = Fit::Pad {
        gravity: Gravity::SouthEast,
        background: None,
    };
    let thumb = resize(16, 16, Fit::Cover(Gravity::Attention));
    Recipe {
        limits: limits(),
        crop: None,
        output: OutputLimits::NONE,
        keep: Vec::new(),
        variants: vec![
            variant("original", None, webp(WebpMode::Lossy), true),
            variant(
                "auto",
                resize(40, 9, Fit::Inside),
                webp(WebpMode::Auto),
                false,
            ),
            variant("thumb", thumb, jpeg, false),
            variant("padded", resize(20, 30, pad), Encoding::Png, false),
        ],
    }
}

fn resize(width: u32, height: u32, fit: Fit) -> Option<Resize> {
    Some(Resize {
        width: Some(width),
        height: Some(height),
        fit,
        enlarge: false,
    })
}

fn variant(name: &str, resize: Option<Resize>, encoding: Encoding, animated: bool) -> Variant {
    Variant {
        name: name.to_owned(),
        resize,
        encoding,
        animated,
        icc: IccPolicy::ConvertToSrgb,
    }
}
