//! Metadata of a HEIF file: in items, in auxiliary images, and in the boxes beside them.

use super::alpha::auxiliaries;
use super::color::icc_profile;
use super::image::Image;
use super::items::{Item, Items};
use crate::formats::boxes::{Boxes, Part};
use crate::metadata::{MetadataKind, MetadataScan, exif, is_padding, xmp};

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
        _ => part.kind_of_metadata(),
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
            exif::read_item(&content, scan);
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
