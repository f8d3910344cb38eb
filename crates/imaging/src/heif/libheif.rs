//! The primary picture of a file, by libheif.

use std::sync::OnceLock;

use libheif_rs::{
    ColorProfile, ColorSpace, DecodingOptions, HeifContext, HeifError, HeifErrorCode,
    HeifErrorSubCode, Image, ImageHandle, LibHeif, Plane, RgbChroma, color_profile_types,
};
use png::CodingIndependentCodePoints;

use crate::decode::{Channels, Declared, Decoded, Samples};
use crate::metadata::{MetadataKind, Survey, exif, xmp};
use crate::pixels::{buffer, out_of_memory};
use crate::{Rejection, RejectionCode, SourceFormat};

/// libheif with its plugins loaded.
static LIBRARY: OnceLock<LibHeif> = OnceLock::new();

/// Loads libheif's plugins, which are files: to be called before a process loses its file system.
pub(super) fn load() {
    LIBRARY.get_or_init(LibHeif::new);
}

/// Width and height of the picture as it is shown: rotation and mirroring are part of the format
/// and done by its decoder.
pub(crate) fn size(bytes: &[u8], _: SourceFormat) -> Result<(u32, u32), Rejection> {
    let primary = primary(&open(bytes)?)?;
    Ok((primary.width(), primary.height()))
}

/// Surveys everything that is attached to the picture.
pub(crate) fn survey(bytes: &[u8], survey: &mut Survey) {
    let Ok(primary) = open(bytes).and_then(|file| primary(&file)) else {
        return;
    };
    for block in primary.all_metadata() {
        match (&block.item_type.0, block.content_type.as_str()) {
            (b"Exif", _) => exif::read(after_offset(&block.raw_data), survey),
            (_, "application/rdf+xml") => xmp::read(&block.raw_data, survey),
            _ => survey.found(MetadataKind::Application),
        }
    }
    if primary.number_of_thumbnails() > 0 {
        survey.found(MetadataKind::Thumbnail);
    }
    if primary.has_depth_image() {
        survey.found(MetadataKind::DepthMap);
    }
    for auxiliary in primary.auxiliary_images(None) {
        survey.found(match auxiliary.auxiliary_type() {
            Ok(kind) if kind.contains("gainmap") => MetadataKind::GainMap,
            Ok(kind) if kind.contains("depth") => MetadataKind::DepthMap,
            _ => MetadataKind::Application,
        });
    }
    if let Some(profile) = primary.color_profile_raw()
        && [color_profile_types::R_ICC, color_profile_types::PROF].contains(&profile.profile_type())
    {
        survey.found(MetadataKind::Icc);
        survey.icc = Some(profile.data);
    }
    // libheif turns the picture, and EXIF repeats how (ISO/IEC 23008-12, A.2.4).
    survey.orientation = 1;
}

/// Decodes the picture, turned as the file says, at 8 or 16 bits a sample.
pub(crate) fn decode(bytes: &[u8], format: SourceFormat) -> Result<Decoded, Rejection> {
    let failed = |error| rejection(&error, format);
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
        declared: Declared {
            code_points: code_points(&primary),
            ..Declared::default()
        },
        lossless: false,
        damage: false,
    })
}

fn open(bytes: &[u8]) -> Result<HeifContext<'_>, Rejection> {
    load();
    let mut context = HeifContext::read_from_bytes(bytes)
        .map_err(|error| rejection(&error, SourceFormat::Heic))?;
    context.set_max_decoding_threads(0);
    Ok(context)
}

fn primary(file: &HeifContext<'_>) -> Result<ImageHandle, Rejection> {
    file.primary_image_handle()
        .map_err(|error| rejection(&error, SourceFormat::Heic))
}

/// An EXIF item begins with the distance to its TIFF header (ISO/IEC 23008-12, A.2.1).
fn after_offset(item: &[u8]) -> &[u8] {
    let Some((distance, rest)) = item.split_first_chunk() else {
        return &[];
    };
    let distance = u32::from_be_bytes(*distance) as usize;
    rest.get(distance..).unwrap_or_default()
}

/// What the picture says of its colours where it has no ICC profile. libheif has made red, green
/// and blue in full range of it.
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

fn samples(image: &Image, channels: Channels) -> Result<Samples, Rejection> {
    let planes = image.planes();
    let plane = planes
        .interleaved
        .ok_or_else(|| corrupt("there are no pixels in the picture"))?;
    let row = image.width() as usize * channels.count();
    let count = row as u64 * u64::from(image.height());
    let bits = plane.bits_per_pixel;
    let premultiplied = image.is_premultiplied_alpha();
    if plane.storage_bits_per_pixel / 8 == u8::try_from(channels.count()).unwrap_or(u8::MAX) {
        let mut samples = buffer(count)?;
        for (to, from) in samples.chunks_exact_mut(row).zip(rows(&plane)) {
            to.copy_from_slice(from.get(..row).ok_or_else(cut_short)?);
        }
        if premultiplied {
            divide_by_alpha(&mut samples, u8::MAX);
        }
        return Ok(Samples::Eight(samples));
    }
    let mut samples = buffer(count)?;
    for (to, from) in samples.chunks_exact_mut(row).zip(rows(&plane)) {
        let from = from.as_chunks::<2>().0.get(..row).ok_or_else(cut_short)?;
        for (sample, bytes) in to.iter_mut().zip(from) {
            *sample = widen(u16::from_le_bytes(*bytes), bits);
        }
    }
    if premultiplied {
        divide_by_alpha(&mut samples, u16::MAX);
    }
    Ok(Samples::Sixteen(samples))
}

fn rows<'a>(plane: &Plane<&'a [u8]>) -> impl Iterator<Item = &'a [u8]> {
    plane.data.chunks(plane.stride)
}

/// A sample of `bits`, at most 16, brought to the range of 16.
fn widen(sample: u16, bits: u8) -> u16 {
    let max = (1_u32 << bits.clamp(1, 16)) - 1;
    let wide = (u32::from(sample) * u32::from(u16::MAX) + max / 2) / max;
    u16::try_from(wide).unwrap_or(u16::MAX)
}

fn divide_by_alpha<S: Copy + Into<u32> + TryFrom<u32>>(samples: &mut [S], max: S) {
    for pixel in samples.as_chunks_mut::<4>().0 {
        let alpha: u32 = pixel[3].into();
        for channel in &mut pixel[..3] {
            let straight = ((*channel).into() * max.into() + alpha / 2).checked_div(alpha);
            let sample = straight.unwrap_or_default().try_into();
            *channel = sample.unwrap_or(max);
        }
    }
}

fn corrupt(message: &str) -> Rejection {
    Rejection::new(RejectionCode::Corrupt, message)
}

fn cut_short() -> Rejection {
    corrupt("the picture is cut short")
}

fn rejection(error: &HeifError, format: SourceFormat) -> Rejection {
    use HeifErrorCode as Code;
    match (error.code, error.sub_code) {
        (Code::MemoryAllocationError, HeifErrorSubCode::SecurityLimitExceeded) => {
            corrupt("the picture claims to be larger than any is")
        }
        (Code::MemoryAllocationError, _) => out_of_memory(),
        (Code::UnsupportedFeature | Code::UnsupportedFileType | Code::PluginLoadingError, _) => {
            let name = format.name().to_uppercase();
            Rejection::new(
                RejectionCode::UnsupportedFormat,
                format!("this kind of {name} is not read by this server's libheif"),
            )
        }
        // Further words of libheif may quote what it read.
        _ => corrupt("the picture is damaged"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_ten_bits_fill_the_range_of_sixteen() {
        assert_eq!(
            [0, 512, 1023].map(|sample| widen(sample, 10)),
            [0, 32_800, 65_535]
        );
    }

    #[test]
    fn premultiplied_colours_are_divided_by_their_alpha() {
        let mut samples = [64_u8, 128, 0, 128, 9, 9, 9, 0];
        divide_by_alpha(&mut samples, 255);
        assert_eq!(samples, [128, 255, 0, 128, 0, 0, 0, 0]);
    }
}
