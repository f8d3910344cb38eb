//! The fuzz targets.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::recipe::{MAX_SIDE, limits, recipe};
use crate::decoded::{Decoded, Samples};
use crate::geometry::Size;
use crate::metadata::{MetadataScan, exif as exif_reader};
use crate::{OutputFormat, RenderedVariant, inspect, render};

/// Inspects a file. If it is accepted, it must be within the limits and its text must be printable.
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

/// Decodes an image and every change of an animation. The samples must exactly fill the size in the
/// header, or the changed area. A changed area must lie within the canvas.
///
/// A decoder may panic, because [`render`] catches the panic.
pub fn decode(bytes: &[u8]) {
    let Ok((format, header)) = limits().check(bytes) else {
        return;
    };
    if let Ok(Ok(decoded)) = catch_unwind(AssertUnwindSafe(|| format.decode(bytes, &header))) {
        assert_complete(&decoded, header.size());
    }
    let Ok(mut animation) = format.open_animation(bytes, &header) else {
        return;
    };
    let mut frames = 0;
    while let Ok(Ok(Some(frame))) = catch_unwind(AssertUnwindSafe(|| animation.next_frame())) {
        if let Some(change) = &frame.change {
            assert_complete(&change.decoded, change.area.size());
            assert!(change.area.right() <= header.width && change.area.bottom() <= header.height);
        }
        assert!(frame.duration_ms > 10);
        frames += 1;
    }
    assert!(frames <= header.frames);
}

fn assert_complete(decoded: &Decoded, size: Size) {
    assert_eq!(decoded.size(), size);
    let pixels = decoded.width as usize * decoded.height as usize;
    let samples = match &decoded.samples {
        Samples::Eight(samples) => samples.len(),
        Samples::Sixteen(samples) => samples.len(),
    };
    assert_eq!(samples, pixels * decoded.channels.count());
}

/// Reads an EXIF block. Its orientation and position must be valid.
pub fn exif(block: &[u8]) {
    let mut scan = MetadataScan::default();
    exif_reader::read(block, &mut scan);
    assert!((1..=8).contains(&scan.orientation));
    if let Some(gps) = scan.gps {
        assert!((-90.0..=90.0).contains(&gps.latitude));
        assert!((-180.0..=180.0).contains(&gps.longitude));
    }
}

/// Renders a file. Every variant must decode to its reported size.
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use darkroom_testkit::fixture::{damage, exif_seeds, seeds};

    use crate::SourceFormat;

    /// Runs a target on the seeds, and on `mutations` mutations of each.
    fn run(target: fn(&[u8]), seeds: &[(String, Vec<u8>)], mutations: u64) {
        for (_, bytes) in seeds {
            target(bytes);
            for seed in 0..mutations {
                target(&damage::mutated(bytes, seed));
            }
        }
    }

    #[test]
    fn a_seed_of_every_format_is_decoded() {
        let decoded: BTreeSet<_> = seeds()
            .iter()
            .filter_map(|(_, bytes)| {
                let (format, header) = super::limits().check(bytes).ok()?;
                format.decode(bytes, &header).ok()?;
                Some(format)
            })
            .collect();
        assert_eq!(decoded, SourceFormat::ALL.iter().copied().collect());
    }

    #[test]
    fn inspecting_damaged_seeds_violates_no_guarantee() {
        run(super::sniff_limits, &seeds(), 1000);
    }

    #[test]
    fn decoding_damaged_seeds_violates_no_guarantee() {
        run(super::decode, &seeds(), 200);
    }

    #[test]
    fn reading_damaged_exif_violates_no_guarantee() {
        run(super::exif, &exif_seeds(), 10_000);
    }

    #[test]
    fn rendering_damaged_seeds_violates_no_guarantee() {
        run(super::process, &seeds(), 60);
    }
}
