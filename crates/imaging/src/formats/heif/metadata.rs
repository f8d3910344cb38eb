//! Metadata of a HEIF file: in items, in auxiliary images, and in the boxes beside them.

use super::alpha::auxiliaries;
use super::boxes::{Boxes, Part};
use super::color::icc_profile;
use super::image::Image;
use super::items::{Item, Items};
use crate::metadata::{MetadataKind, MetadataScan, exif, is_padding, xmp};

/// The UUID of the box with C2PA content credentials (C2PA specification, 11.3.2).
const C2PA: [u8; 16] = [
    0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81,
];

/// Scans everything in a file.
pub(super) fn scan(bytes: &[u8], scan: &mut MetadataScan) {
    scan_boxes(bytes, scan);
    if let Ok(items) = Items::read(bytes) {
        scan_items(&items, scan);
        scan_auxiliaries(&items, scan);
        if let Ok(image) = Image::read(&items, items.primary) {
            if let Some(profile) = icc_profile(&items, &image) {
                scan.add(MetadataKind::Icc);
                scan.icc = Some(profile.to_vec());
            }
            // The orientation in EXIF is not used. It repeats the rotation of the image, or is wrong
            // (ISO/IEC 23008-12, A.2.4).
            scan.orientation = image.geometry.orientation.to_exif();
            return;
        }
    }
    scan.orientation = 1;
}

/// Scans the top-level boxes of the file.
fn scan_boxes(bytes: &[u8], scan: &mut MetadataScan) {
    let mut boxes = Boxes::new(bytes);
    for part in &mut boxes {
        if let Some(kind) = kind_of_box(&part) {
            scan.add(kind);
        }
    }
    if !is_padding(boxes.rest) {
        scan.add(MetadataKind::TrailingData);
    }
}

fn kind_of_box(part: &Part<'_>) -> Option<MetadataKind> {
    match &part.code {
        b"ftyp" | b"meta" | b"mdat" | b"styp" => None,
        b"free" | b"skip" | b"wide" => {
            (!is_padding(part.body)).then_some(MetadataKind::Application)
        }
        b"uuid" if part.body.starts_with(&C2PA) => Some(MetadataKind::ContentCredentials),
        // The video of a motion photo: Samsung's `mpvd`, or a movie in the same file.
        b"mpvd" | b"moov" => Some(MetadataKind::TrailingData),
        _ if !part.is_whole => Some(MetadataKind::TrailingData),
        _ => Some(MetadataKind::Application),
    }
}

fn scan_items(items: &Items<'_>, scan: &mut MetadataScan) {
    let mut budget = items.file_length();
    for (id, item) in items.all() {
        let Some(kind) = kind_of_item(item) else {
            continue;
        };
        scan.add(kind);
        if !matches!(kind, MetadataKind::Exif | MetadataKind::Xmp) {
            continue;
        }
        let Ok(content) = items.content_within(id, &mut budget) else {
            continue;
        };
        if kind == MetadataKind::Exif {
            exif::read(tiff_of_exif_item(&content), scan);
        } else {
            xmp::read(&content, scan);
        }
    }
}

fn kind_of_item(item: &Item<'_>) -> Option<MetadataKind> {
    match (&item.code, item.content_type) {
        (b"Exif", _) => Some(MetadataKind::Exif),
        (b"mime", b"application/rdf+xml") => Some(MetadataKind::Xmp),
        // The parameters of a gain map (ISO 21496-1).
        (b"tmap", _) => Some(MetadataKind::GainMap),
        (b"mime" | b"uri ", _) => Some(MetadataKind::Application),
        _ => None,
    }
}

/// Scans the images that belong to the primary image: thumbnails, depth maps and gain maps.
fn scan_auxiliaries(items: &Items<'_>, scan: &mut MetadataScan) {
    let mut thumbnails = items.references().filter(|reference| {
        reference.code == *b"thmb" && reference.to().any(|to| to == items.primary)
    });
    if thumbnails.next().is_some() {
        scan.add(MetadataKind::Thumbnail);
    }
    for (_, name) in auxiliaries(items, items.primary) {
        let contains = |word: &[u8]| memchr::memmem::find(name, word).is_some();
        if contains(b"gainmap") {
            scan.add(MetadataKind::GainMap);
        } else if contains(b"depth") || name == b"urn:mpeg:hevc:2015:auxid:2" {
            scan.add(MetadataKind::DepthMap);
        } else if !contains(b"alpha") && name != b"urn:mpeg:hevc:2015:auxid:1" {
            scan.add(MetadataKind::Application);
        }
    }
}

/// Returns the TIFF part of an EXIF item. The item begins with the offset of its TIFF header (ISO/IEC
/// 23008-12, A.2.1).
fn tiff_of_exif_item(item: &[u8]) -> &[u8] {
    let Some((offset, rest)) = item.split_first_chunk() else {
        return &[];
    };
    let offset = u32::from_be_bytes(*offset) as usize;
    rest.get(offset..).unwrap_or_default()
}
