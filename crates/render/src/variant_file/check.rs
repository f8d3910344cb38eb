//! The check of the file of one variant.

use darkroom_imaging::{IccPolicy, OutputFormat, RenderedVariant, Variant};

use super::{Allowed, Violation, jpeg, png, webp};

/// Checks that the file of a variant is an image of the reported size, in the requested format, and
/// nothing else.
///
/// # Errors
/// The violation in words, without any bytes of the file.
pub(crate) fn check(rendered: &RenderedVariant, requested: &Variant) -> Result<(), Violation> {
    let allowed = Allowed {
        profile: requested.icc == IccPolicy::Keep,
        animation: requested.animated,
    };
    let size = match rendered.format {
        OutputFormat::Webp => webp::check(&rendered.bytes, allowed)?,
        OutputFormat::Jpeg => jpeg::check(&rendered.bytes, allowed)?,
        OutputFormat::Png => png::check(&rendered.bytes, allowed)?,
    };
    if size == (rendered.width, rendered.height) {
        Ok(())
    } else {
        Err("the image does not have the reported size")
    }
}

#[cfg(test)]
mod tests {
    use darkroom_imaging::{
        Color, Encoding, Limits, OutputLimits, Recipe, Rendered, SourceFormat, WebpMode, render,
    };
    use darkroom_testkit::fixture::seeds;

    use super::*;

    const LOSSY: Encoding = webp_encoding(WebpMode::Lossy);
    const LOSSLESS: Encoding = webp_encoding(WebpMode::Lossless);
    const JPEG: Encoding = Encoding::Jpeg {
        quality: 80,
        background: Color::WHITE,
    };

    const fn webp_encoding(mode: WebpMode) -> Encoding {
        Encoding::Webp {
            quality: 80,
            effort: 2,
            mode,
        }
    }

    fn variant(encoding: Encoding, icc: IccPolicy) -> Variant {
        Variant {
            name: "variant".to_owned(),
            resize: None,
            encoding,
            animated: true,
            icc,
        }
    }

    /// Returns a recipe with every encoding, with and without a color profile.
    fn recipe() -> Recipe {
        let encodings = [LOSSY, LOSSLESS, JPEG, Encoding::Png];
        let policies = [IccPolicy::Keep, IccPolicy::ConvertToSrgb];
        let variants = encodings
            .into_iter()
            .flat_map(|encoding| policies.map(|icc| variant(encoding, icc)));
        Recipe {
            limits: Limits {
                max_bytes: 1 << 20,
                max_width: 2048,
                max_height: 2048,
                max_pixels: 1 << 20,
                max_frames: 20,
                max_total_pixels: 1 << 22,
                formats: SourceFormat::ALL.to_vec(),
            },
            crop: None,
            output: OutputLimits::NONE,
            keep: Vec::new(),
            variants: variants.collect(),
        }
    }

    /// Returns all variants that the renderer makes of the fixtures.
    fn rendered() -> Vec<(String, Rendered)> {
        let recipe = recipe();
        let rendered = seeds().into_iter().filter_map(|(name, source)| {
            let rendered = render(&source, &recipe).ok()?;
            Some((name, rendered))
        });
        rendered.collect()
    }

    #[test]
    fn every_rendered_variant_passes_and_every_changed_one_is_a_violation() {
        let recipe = recipe();
        let mut checked = 0;
        for (name, rendered) in rendered() {
            for (file, requested) in rendered.variants.iter().zip(&recipe.variants) {
                let encoding = requested.encoding;
                assert_eq!(check(file, requested), Ok(()), "{name}, {encoding:?}");
                for changed in changed(file) {
                    let violation = check(&changed, requested);
                    assert!(violation.is_err(), "{name}, {encoding:?}");
                }
                checked += 1;
            }
        }
        assert!(checked > 100, "{checked}");
    }

    /// Returns invalid copies of a file. Each differs from the file in one respect.
    fn changed(file: &RenderedVariant) -> Vec<RenderedVariant> {
        let with_bytes = |bytes: Vec<u8>| RenderedVariant {
            bytes,
            ..file.clone()
        };
        let html = b"<!doctype html><script>alert(1)</script>";
        let mut taller = file.clone();
        taller.height += 1;
        let mut swapped = file.clone();
        swapped.format = match file.format {
            OutputFormat::Webp => OutputFormat::Png,
            OutputFormat::Png => OutputFormat::Jpeg,
            OutputFormat::Jpeg => OutputFormat::Webp,
        };
        vec![
            with_bytes([&file.bytes[..], html].concat()),
            with_bytes([html, &file.bytes[..]].concat()),
            with_bytes(file.bytes[..file.bytes.len() - 1].to_vec()),
            with_bytes(file.bytes[..file.bytes.len() / 2].to_vec()),
            with_bytes(Vec::new()),
            taller,
            swapped,
        ]
    }

    fn file(format: OutputFormat, bytes: Vec<u8>) -> RenderedVariant {
        RenderedVariant {
            name: "variant".to_owned(),
            format,
            width: 1,
            height: 1,
            bytes,
        }
    }

    #[test]
    fn metadata_text_and_an_unwanted_color_profile_are_violations() {
        let chunk = |name: &[u8]| [&[0, 0, 0, 4], name, b"text", &[0; 4]].concat();
        let header = [
            &[0, 0, 0, 13],
            &b"IHDR"[..],
            &[0, 0, 0, 1, 0, 0, 0, 1],
            &[0; 9],
        ]
        .concat();
        let end = [&[0; 4], &b"IEND"[..], &[0; 4]].concat();
        let png = |name: &[u8]| {
            let signature = &b"\x89PNG\r\n\x1a\n"[..];
            let parts = [signature, &header, &chunk(name), &chunk(b"IDAT"), &end];
            file(OutputFormat::Png, parts.concat())
        };
        let keep = |encoding| variant(encoding, IccPolicy::Keep);
        assert_eq!(check(&png(b"iCCP"), &keep(Encoding::Png)), Ok(()));
        let converted = variant(Encoding::Png, IccPolicy::ConvertToSrgb);
        assert!(check(&png(b"iCCP"), &converted).is_err());
        for name in [b"tEXt", b"eXIf", b"acTL"] {
            assert!(check(&png(name), &keep(Encoding::Png)).is_err());
        }
        let jpeg = |segment: &[u8]| {
            let frame = [0xff, 0xc0, 0, 7, 8, 0, 1, 0, 1];
            let scan = [0xff, 0xda, 0, 2, 7, 0xff, 0, 0xff, 0xd9];
            file(
                OutputFormat::Jpeg,
                [&[0xff, 0xd8], segment, &frame, &scan].concat(),
            )
        };
        assert_eq!(check(&jpeg(&[]), &keep(JPEG)), Ok(()));
        for segment in [
            b"\xff\xe1\0\x06Exif",
            b"\xff\xfe\0\x06text",
            b"\xff\xe0\0\x06text",
        ] {
            assert!(check(&jpeg(segment), &keep(JPEG)).is_err());
        }
    }
}
