//! Metadata of a JPEG XL file: in the boxes of its container, in the header, and after the
//! codestream.

use jxl::api::{ExtraChannel, JxlBasicInfo, JxlColorProfile};

use super::color::icc_of_encoding;
use super::container::is_container;
use super::decoder::{Decoder, Mode};
use super::end::bytes_after;
use crate::formats::boxes::{Boxes, Part};
use crate::geometry::Size;
use crate::metadata::{MetadataKind, MetadataScan, exif, is_padding, xmp};

/// Scans everything in a file except names of frames and channels.
pub(super) fn scan(bytes: &[u8], scan: &mut MetadataScan) {
    if is_container(bytes) {
        scan_boxes(bytes, scan);
    }
    // The orientation in EXIF is not used: that of the codestream takes precedence (ISO/IEC
    // 18181-2, 9.4).
    scan.orientation = 1;
    let Ok(decoder) = Decoder::open(bytes, Mode::Pixels, None) else {
        return;
    };
    let info = &decoder.info;
    scan.orientation = info.orientation as u8;
    scan_header(info, scan);
    scan.icc = match &decoder.profile {
        JxlColorProfile::Icc(profile) => {
            scan.add(MetadataKind::Icc);
            Some(profile.clone())
        }
        JxlColorProfile::Simple(_) => icc_of_encoding(decoder.output_profile()),
    };
    if !is_container(bytes)
        && let [Ok(width), Ok(height)] = [info.size.0, info.size.1].map(u32::try_from)
        && !is_padding(bytes_after(bytes, Size::new(width, height)))
    {
        scan.add(MetadataKind::TrailingData);
    }
}

/// Returns whether an image is coded without loss. A packed JPEG file counts as lossy, because the
/// JPEG is lossy.
pub(super) fn is_lossless(bytes: &[u8], info: &JxlBasicInfo) -> bool {
    let is_packed_jpeg = is_container(bytes) && Boxes::new(bytes).any(|part| part.code == *b"jbrd");
    info.uses_original_profile && !is_packed_jpeg
}

fn scan_boxes(bytes: &[u8], scan: &mut MetadataScan) {
    let mut boxes = Boxes::new(bytes);
    for part in &mut boxes {
        scan_box(&part, scan);
    }
    if !is_padding(boxes.rest) {
        scan.add(MetadataKind::TrailingData);
    }
}

fn scan_box(part: &Part<'_>, scan: &mut MetadataScan) {
    match &part.code {
        b"JXL " | b"ftyp" | b"jxlc" | b"jxlp" | b"jxll" | b"jxli" => {}
        b"Exif" => {
            scan.add(MetadataKind::Exif);
            exif::read_item(part.body, scan);
        }
        b"xml " => xmp::read(part.body, scan),
        // A compressed box. Only its kind is reported, because the box is not decompressed.
        b"brob" => {
            let code = part.body.first_chunk().copied().unwrap_or_default();
            scan.add(kind_of_box(&Part { code, ..*part }));
        }
        b"free" | b"skip" | b"wide" => scan.kinds.extend(part.kind_of_metadata()),
        _ => scan.add(kind_of_box(part)),
    }
}

fn kind_of_box(part: &Part<'_>) -> MetadataKind {
    match &part.code {
        b"Exif" => MetadataKind::Exif,
        b"xml " => MetadataKind::Xmp,
        b"jumb" => MetadataKind::ContentCredentials,
        b"jhgm" => MetadataKind::GainMap,
        // `jbrd` contains the data from which a packed JPEG file can be restored, such as its
        // comments.
        _ => part.kind_of_metadata().unwrap_or(MetadataKind::Application),
    }
}

/// Scans the header for a preview and for channels other than color and alpha.
fn scan_header(info: &JxlBasicInfo, scan: &mut MetadataScan) {
    if info.preview_size.is_some() {
        scan.add(MetadataKind::Thumbnail);
    }
    for channel in &info.extra_channels {
        match channel.ec_type {
            ExtraChannel::Alpha | ExtraChannel::Black | ExtraChannel::SpotColor => {}
            ExtraChannel::Depth => scan.add(MetadataKind::DepthMap),
            _ => scan.add(MetadataKind::Application),
        }
    }
}
