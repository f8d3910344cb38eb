//! The primary image of a file, by libheif.

use std::sync::OnceLock;

use libheif_rs::{
    ColorProfile, ColorSpace, DecodingOptions, HeifContext, HeifError, HeifErrorCode,
    HeifErrorSubCode, ImageHandle, LibHeif, RgbChroma, color_profile_types,
};
use png::CodingIndependentCodePoints;

use super::brand::Brand;
use super::samples::samples;
use crate::Rejection;
use crate::decoded::{Channels, DeclaredColor, Decoded};
use crate::formats::Header;
use crate::metadata::{MetadataKind, MetadataScan, exif, xmp};
use crate::pixels::out_of_memory;

/// libheif with its plugins loaded.
static LIBRARY: OnceLock<LibHeif> = OnceLock::new();

/// Loads libheif's plugins, which are files.
pub(super) fn load() {
    LIBRARY.get_or_init(LibHeif::new);
}

/// Reads the size of the upright image: rotation and mirroring are part of the format and applied by
/// its decoder.
pub(super) fn read_header(bytes: &[u8], _: Brand) -> Result<Header, Rejection> {
    let primary = primary(&open(bytes)?)?;
    Ok(Header::still(primary.width(), primary.height()))
}

/// Scans everything that is attached to the image.
pub(super) fn scan_metadata(bytes: &[u8], scan: &mut MetadataScan) {
    let Ok(primary) = open(bytes).and_then(|file| primary(&file)) else {
        return;
    };
    for block in primary.all_metadata() {
        match (&block.item_type.0, block.content_type.as_str()) {
            (b"Exif", _) => exif::read(tiff_of_exif_item(&block.raw_data), scan),
            (_, "application/rdf+xml") => xmp::read(&block.raw_data, scan),
            _ => scan.add(MetadataKind::Application),
        }
    }
    if primary.number_of_thumbnails() > 0 {
        scan.add(MetadataKind::Thumbnail);
    }
    if primary.has_depth_image() {
        scan.add(MetadataKind::DepthMap);
    }
    for auxiliary in primary.auxiliary_images(None) {
        scan.add(match auxiliary.auxiliary_type() {
            Ok(kind) if kind.contains("gainmap") => MetadataKind::GainMap,
            Ok(kind) if kind.contains("depth") => MetadataKind::DepthMap,
            _ => MetadataKind::Application,
        });
    }
    if let Some(profile) = primary.color_profile_raw()
        && [color_profile_types::R_ICC, color_profile_types::PROF].contains(&profile.profile_type())
    {
        scan.add(MetadataKind::Icc);
        scan.icc = Some(profile.data);
    }
    // libheif turns the image upright, so the orientation in EXIF must not be applied again
    // (ISO/IEC 23008-12, A.2.4).
    scan.orientation = 1;
}

/// Decodes the upright image, at 8 or 16 bits per sample.
pub(super) fn decode(bytes: &[u8], brand: Brand) -> Result<Decoded, Rejection> {
    let failed = |error| rejection(&error, brand);
    let primary = primary(&open(bytes)?)?;
    let (channels, chroma) = match (
        primary.has_alpha_channel(),
        primary.luma_bits_per_pixel() > 8,
    ) {
        (false, false) => (Channels::Rgb, RgbChroma::Rgb),
        (true, false) => (Channels::Rgba, RgbChroma::Rgba),
        (false, true) => (Channels::Rgb, RgbChroma::HdrRgbLe),
        (true, true) => (Channels::Rgba, RgbChroma::HdrRgbaLe),
    };
    let mut options = DecodingOptions::new().ok_or_else(out_of_memory)?;
    options.set_strict_decoding(true);
    let library = LIBRARY.get_or_init(LibHeif::new);
    let image = library
        .decode(&primary, ColorSpace::Rgb(chroma), Some(options))
        .map_err(failed)?;
    let (width, height) = (image.width(), image.height());
    Ok(Decoded {
        width,
        height,
        channels,
        samples: samples(&image, channels)?,
        declared_color: DeclaredColor {
            code_points: code_points(&primary),
            ..DeclaredColor::default()
        },
        is_lossless: false,
        damage: None,
    })
}

fn open(bytes: &[u8]) -> Result<HeifContext<'_>, Rejection> {
    load();
    let mut context =
        HeifContext::read_from_bytes(bytes).map_err(|error| rejection(&error, Brand::Heic))?;
    context.set_max_decoding_threads(0);
    Ok(context)
}

fn primary(file: &HeifContext<'_>) -> Result<ImageHandle, Rejection> {
    file.primary_image_handle()
        .map_err(|error| rejection(&error, Brand::Heic))
}

/// Returns the TIFF part of an EXIF item, which begins with the offset of its TIFF header (ISO/IEC
/// 23008-12, A.2.1).
fn tiff_of_exif_item(item: &[u8]) -> &[u8] {
    let Some((offset, rest)) = item.split_first_chunk() else {
        return &[];
    };
    let offset = u32::from_be_bytes(*offset) as usize;
    rest.get(offset..).unwrap_or_default()
}

/// Returns the code points of an image without an ICC profile, as libheif decodes it: full-range RGB.
fn code_points(primary: &ImageHandle) -> Option<CodingIndependentCodePoints> {
    if primary.color_profile_raw().is_some() {
        return None;
    }
    let profile = primary.color_profile_nclx()?;
    Some(CodingIndependentCodePoints {
        color_primaries: u8::try_from(profile.color_primaries() as u32).ok()?,
        transfer_function: u8::try_from(profile.transfer_characteristics() as u32).ok()?,
        matrix_coefficients: 0,
        is_video_full_range_image: true,
    })
}

fn rejection(error: &HeifError, brand: Brand) -> Rejection {
    use HeifErrorCode as Code;
    match (error.code, error.sub_code) {
        (Code::MemoryAllocationError, HeifErrorSubCode::SecurityLimitExceeded) => {
            Rejection::corrupt("the size of the image is implausible")
        }
        (Code::MemoryAllocationError, _) => out_of_memory(),
        (Code::UnsupportedFeature | Code::UnsupportedFileType | Code::PluginLoadingError, _) => {
            let name = brand.name();
            Rejection::unsupported(format!(
                "this server's libheif does not support this {name}"
            ))
        }
        // libheif's message may quote bytes of the file.
        _ => Rejection::corrupt("the image is damaged"),
    }
}
