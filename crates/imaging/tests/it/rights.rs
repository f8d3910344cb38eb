//! Statements of rights that variants keep, and nothing else.

use darkroom_imaging::{
    KeptMetadata, Limits, MetadataKind, OutputFormat, Recipe, RenderedVariant, Rights, inspect,
    render,
};
use darkroom_testkit::fixture::{CANARY, Exif, Jpeg, Png, planted, scene};
use image::ImageFormat;

use crate::recipes::every_encoding;

const XMP: &str = "<dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>© A. Person &amp; Co.</rdf:li>\
    </rdf:Alt></dc:rights><photoshop:Credit>Agency</photoshop:Credit>";

fn keeping(keep: &[KeptMetadata]) -> Recipe {
    Recipe {
        keep: keep.to_vec(),
        ..every_encoding()
    }
}

/// Renders a file, and writes its statements of rights into the variants, as a worker does.
fn rendered(bytes: &[u8], keep: &[KeptMetadata]) -> (Rights, Vec<RenderedVariant>) {
    let rendered = render(bytes, &keeping(keep)).unwrap();
    let mut variants = rendered.variants;
    for variant in &mut variants {
        rendered.rights.write_to(variant);
    }
    (rendered.rights, variants)
}

fn statements(copyright: Option<&str>, credit: Option<&str>) -> Rights {
    Rights {
        copyright: copyright.map(str::to_owned),
        credit: credit.map(str::to_owned),
    }
}

/// Returns files with statements of rights, and what they state.
fn sources() -> Vec<(&'static str, Vec<u8>, Rights)> {
    let image = scene(40, 30);
    let both = statements(Some("© A. Person & Co."), Some("Agency"));
    let exif = Exif::new().raw_entry(0x8298, 2, 10, b"(c) E. E.\0");
    let credit = b"\x1c\x02\x6e\0\x06Agency";
    let in_exif_and_iptc = Jpeg::new(&image).exif(&exif);
    let in_exif_and_iptc = in_exif_and_iptc.photoshop_resource(0x0404, credit);
    vec![
        (
            "XMP in JPEG",
            Jpeg::new(&image).xmp(XMP).build(),
            both.clone(),
        ),
        ("XMP in PNG", Png::new(&image).xmp(XMP).build(), both),
        (
            "EXIF and IPTC",
            in_exif_and_iptc.build(),
            statements(Some("(c) E. E."), Some("Agency")),
        ),
        (
            "text chunks",
            Png::new(&image).text("Author", "A. Person").build(),
            statements(None, Some("A. Person")),
        ),
    ]
}

#[test]
fn variants_of_every_format_contain_the_statements_and_decode_as_before() {
    let keep = [KeptMetadata::Copyright, KeptMetadata::Credit];
    for (name, source, expected) in sources() {
        let (rights, variants) = rendered(&source, &keep);
        assert_eq!(rights, expected, "{name}");
        let (_, bare) = rendered(&source, &[]);
        for (variant, bare) in variants.iter().zip(&bare) {
            let label = format!("{name}, {}", variant.name);
            // Whoever reads the variant finds the same statements, and no other metadata.
            let (again, _) = rendered(&variant.bytes, &keep);
            assert_eq!(again, expected, "{label}");
            let limits = Limits::for_inspection(1 << 20, 1 << 20);
            let found = inspect(&variant.bytes, &limits).unwrap().metadata;
            let others = found.iter().filter(|kind| **kind != MetadataKind::Icc);
            assert_eq!(others.collect::<Vec<_>>(), [&MetadataKind::Xmp], "{label}");
            assert_eq!(pixels(variant), pixels(bare), "{label}");
        }
    }
}

fn pixels(variant: &RenderedVariant) -> image::RgbaImage {
    let format = match variant.format {
        OutputFormat::Webp => ImageFormat::WebP,
        OutputFormat::Png => ImageFormat::Png,
        OutputFormat::Jpeg => ImageFormat::Jpeg,
    };
    let decoded = image::load_from_memory_with_format(&variant.bytes, format);
    decoded.unwrap().to_rgba8()
}

#[test]
fn without_a_request_nothing_is_kept() {
    for (name, source, _) in sources() {
        let (rights, variants) = rendered(&source, &[]);
        assert_eq!(rights, Rights::default(), "{name}");
        for variant in variants {
            let text = String::from_utf8_lossy(&variant.bytes).into_owned();
            assert!(
                !text.contains("Person") && !text.contains("xmpmeta"),
                "{name}"
            );
        }
    }
}

#[test]
fn only_the_statements_of_a_file_full_of_private_data_are_kept() {
    for file in planted() {
        let keep = [KeptMetadata::Copyright];
        let (rights, variants) = rendered(&file.bytes, &keep);
        let statement = rights.copyright.clone().unwrap_or_default();
        for variant in variants {
            let text = String::from_utf8_lossy(&variant.bytes).into_owned();
            let allowed = statement.matches(&CANARY[..12]).count();
            assert_eq!(
                text.matches(&CANARY[..12]).count(),
                allowed,
                "{}",
                file.place
            );
        }
    }
}
