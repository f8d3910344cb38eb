//! HEIC and AVIF: rendered if libheif is built in, otherwise rejected by name.

use darkroom_imaging::{RejectionCode, SourceFormat, inspect};

use crate::recipes::wide_limits;

fn limits() -> darkroom_imaging::Limits {
    darkroom_imaging::Limits {
        formats: vec![SourceFormat::Heic, SourceFormat::Avif],
        ..wide_limits()
    }
}

#[test]
fn a_file_that_only_begins_like_heif_is_rejected() {
    for brand in [b"heic", b"avif", b"mif1"] {
        let bytes = [b"\0\0\0\x18ftyp".as_slice(), brand, b"\0\0\0\0mif1heic"].concat();
        let rejection = inspect(&bytes, &limits()).unwrap_err();
        let expected = if SourceFormat::Heic.is_built_in() {
            RejectionCode::Corrupt
        } else {
            RejectionCode::UnsupportedFormat
        };
        assert_eq!(rejection.code, expected, "{rejection}");
    }
}

#[cfg(not(feature = "heif"))]
#[test]
fn without_libheif_the_format_is_rejected_by_name() {
    for (file, name) in [("iphone-13.heic", "HEIC"), ("photo.avif", "AVIF")] {
        let Some(bytes) = crate::corpus::read(&format!("heif/{file}")) else {
            return;
        };
        let rejection = inspect(&bytes, &limits()).unwrap_err();
        assert_eq!(rejection.code, RejectionCode::UnsupportedFormat);
        assert!(rejection.message.contains(name), "{rejection}");
    }
}

#[cfg(feature = "heif")]
mod built_in {
    use std::path::Path;

    use darkroom_imaging::{MetadataKind, Recipe, RejectionCode, inspect, render};
    use image::imageops;

    use super::limits;
    use crate::corpus;
    use crate::images::{decoded, difference};
    use crate::recipes::lossless;

    const FILES: [(&str, (u32, u32)); 3] = [
        ("img-1034.heic", (4032, 3024)),
        ("iphone-13.heic", (3024, 4032)),
        ("photo.avif", (5472, 3648)),
    ];

    fn recipe() -> Recipe {
        Recipe {
            limits: limits(),
            ..lossless()
        }
    }

    #[test]
    fn photos_become_upright_and_srgb() {
        let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/heif");
        for (file, size) in FILES {
            let Some(bytes) = corpus::read(&format!("heif/{file}")) else {
                return;
            };
            let rendered = render(&bytes, &recipe()).unwrap();
            assert_eq!((rendered.source.width, rendered.source.height), size);
            assert_eq!(rendered.source.orientation, 1, "libheif has rotated it");
            let image = decoded(&rendered.variants[0]);
            let stem = Path::new(file).file_stem().unwrap().to_str().unwrap();
            let expected = image::open(reference.join(format!("{stem}.reduced32.png"))).unwrap();
            let expected = expected.into_rgba8();
            let (width, height) = expected.dimensions();
            // The last block of a side may be smaller than the others.
            let whole = imageops::crop_imm(&image, 0, 0, width / 2 * 64, height / 2 * 64);
            let small = imageops::thumbnail(&whole.to_image(), width / 2 * 2, height / 2 * 2);
            let (width, height) = small.dimensions();
            let expected = imageops::crop_imm(&expected, 0, 0, width, height).to_image();
            let off = difference(&small, &expected);
            assert!(off < 1.5, "{file} is off by {off}");
        }
    }

    #[test]
    fn metadata_of_a_phone_is_found_and_removed() {
        let Some(bytes) = corpus::read("heif/iphone-13.heic") else {
            return;
        };
        let inspection = inspect(&bytes, &limits()).unwrap();
        for kind in [
            MetadataKind::Exif,
            MetadataKind::Camera,
            MetadataKind::GainMap,
            MetadataKind::Icc,
        ] {
            assert!(inspection.metadata.contains(&kind), "{kind:?}");
        }
        assert_eq!(inspection.upright_size, [3024, 4032]);
        let rendered = render(&bytes, &recipe()).unwrap();
        assert_eq!(rendered.removed_metadata, inspection.metadata);
        for secret in [b"Apple".as_slice(), b"iPhone", b"Exif"] {
            let file = &rendered.variants[0].bytes;
            assert!(!file.windows(secret.len()).any(|window| window == secret));
        }
    }

    #[test]
    fn a_truncated_image_is_corrupt() {
        for (file, _) in FILES {
            let Some(bytes) = corpus::read(&format!("heif/{file}")) else {
                return;
            };
            let rejection = render(&bytes[..bytes.len() / 2], &recipe()).unwrap_err();
            assert_eq!(
                rejection.code,
                RejectionCode::Corrupt,
                "{file}: {rejection}"
            );
        }
    }
}
