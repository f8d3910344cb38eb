//! What the targets of `fuzz/` run, kept here so that every test run takes a short form of it.
//!
//! Each function takes any bytes and panics only if a promise of this crate is broken.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::decode::{Animation, Decoded};
use crate::header::Header;
use crate::metadata::{Survey, exif};
use crate::sniff::sniff;
use crate::{
    Color, Encoding, Fit, Gravity, IccPolicy, Limits, OutputFormat, Recipe, RenderedVariant,
    Resize, SourceFormat, Variant, WebpMode, decode as decoder, inspect, render,
};

/// Small, so that a fuzzer sees many pictures rather than large ones.
const MAX_SIDE: u32 = 256;

fn limits() -> Limits {
    Limits {
        max_bytes: 1 << 20,
        max_width: MAX_SIDE,
        max_height: MAX_SIDE,
        max_pixels: 128 * 256,
        max_frames: 8,
        max_total_pixels: 4 * 128 * 256,
        formats: vec![
            SourceFormat::Jpeg,
            SourceFormat::Png,
            SourceFormat::Gif,
            SourceFormat::Webp,
        ],
    }
}

/// Sniffing, header, limits and the survey of metadata: what passes is within the limits.
pub fn sniff_limits(bytes: &[u8]) {
    let Ok(inspection) = inspect(bytes, &limits()) else {
        return;
    };
    let source = inspection.source;
    assert!((1..=MAX_SIDE).contains(&source.width) && (1..=MAX_SIDE).contains(&source.height));
    assert!((1..=limits().max_frames).contains(&source.frames));
    assert!((1..=8).contains(&source.orientation));
    let texts = [
        inspection.icc_profile,
        inspection.camera,
        inspection.taken_at,
    ];
    for text in texts.into_iter().flatten() {
        assert!(!text.is_empty() && !text.contains(char::is_control));
    }
}

/// Decoding a picture, every frame of an animated one: there are as many samples as the header
/// said. A decoder's panic is an outcome, as it is to `render`.
pub fn decode(bytes: &[u8]) {
    let header = sniff(bytes)
        .and_then(|format| Header::read(bytes, format, limits().max_frames))
        .and_then(|header| limits().check_header(&header).map(|()| header));
    let Ok(header) = header else { return };
    if let Ok(Ok(decoded)) = catch_unwind(AssertUnwindSafe(|| decoder::still(bytes, &header))) {
        assert_whole(&decoded, &header);
    }
    let Ok(mut animation) = Animation::open(bytes, &header) else {
        return;
    };
    let mut frames = 0;
    while let Ok(Ok(Some(shown))) = catch_unwind(AssertUnwindSafe(|| animation.next())) {
        assert_whole(&shown.decoded, &header);
        assert!(shown.duration_ms > 10);
        frames += 1;
    }
    assert!(frames <= header.frames);
}

fn assert_whole(decoded: &Decoded, header: &Header) {
    assert_eq!(
        (decoded.width, decoded.height),
        (header.width, header.height)
    );
    let pixels = decoded.width as usize * decoded.height as usize;
    let samples = match &decoded.samples {
        decoder::Samples::Eight(samples) => samples.len(),
        decoder::Samples::Sixteen(samples) => samples.len(),
    };
    assert_eq!(samples, pixels * decoded.channels.count());
}

/// Reading an EXIF block: an orientation and a position that can be used.
pub fn exif(block: &[u8]) {
    let mut survey = Survey::default();
    exif::read(block, &mut survey);
    assert!((1..=8).contains(&survey.orientation));
    if let Some(gps) = survey.gps {
        assert!((-90.0..=90.0).contains(&gps.latitude));
        assert!((-180.0..=180.0).contains(&gps.longitude));
    }
}

/// The whole of rendering: what comes out decodes to the size that is told.
pub fn process(bytes: &[u8]) {
    let recipe = recipe();
    let Ok(rendered) = render(bytes, &recipe) else {
        return;
    };
    assert_eq!(rendered.variants.len(), recipe.variants.len());
    for variant in &rendered.variants {
        assert_decodes(variant);
    }
}

fn assert_decodes(variant: &RenderedVariant) {
    let format = match variant.format {
        OutputFormat::Webp => image::ImageFormat::WebP,
        OutputFormat::Jpeg => image::ImageFormat::Jpeg,
        OutputFormat::Png => image::ImageFormat::Png,
    };
    let decoded = image::load_from_memory_with_format(&variant.bytes, format);
    let size = decoded.map(|decoded| (decoded.width(), decoded.height()));
    assert!(matches!(size, Ok(size) if size == (variant.width, variant.height)));
}

/// One variant of every encoding, fit and treatment of animation.
fn recipe() -> Recipe {
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

#[cfg(test)]
mod tests {
    use darkroom_testkit::fixture::{damage, exif_seeds, seeds};

    /// The seeds as they are, and each of them damaged `times` times.
    fn run(target: fn(&[u8]), seeds: &[(String, Vec<u8>)], times: u64) {
        for (_, bytes) in seeds {
            target(bytes);
            for seed in 0..times {
                target(&damage::mutated(bytes, seed));
            }
        }
    }

    #[test]
    fn headers_of_damaged_seeds_keep_their_promises() {
        run(super::sniff_limits, &seeds(), 1000);
    }

    #[test]
    fn decoders_of_damaged_seeds_keep_their_promises() {
        run(super::decode, &seeds(), 200);
    }

    #[test]
    fn damaged_exif_keeps_its_promises() {
        run(super::exif, &exif_seeds(), 10_000);
    }

    #[test]
    fn rendering_damaged_seeds_keeps_its_promises() {
        run(super::process, &seeds(), 60);
    }
}
