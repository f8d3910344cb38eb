//! Metadata of GIF files.

use super::blocks::{Block, Blocks, SubBlocks};
use super::extension::label;
use crate::metadata::MetadataKind::{Application, Comment, Icc, Text, TrailingData};
use crate::metadata::{MetadataScan, is_padding, xmp};

/// Scans every extension and the bytes after the last block.
pub(super) fn scan(bytes: &[u8], scan: &mut MetadataScan) {
    let Some((_, mut blocks)) = Blocks::new(bytes) else {
        return;
    };
    for block in blocks.by_ref() {
        if let Block::Extension { label, data } = block {
            extension(label, data, scan);
        }
    }
    if blocks.after_end().is_some_and(|rest| !is_padding(rest)) {
        scan.add(TrailingData);
    }
}

fn extension(label: u8, data: SubBlocks<'_>, scan: &mut MetadataScan) {
    match label {
        label::GRAPHIC_CONTROL => {}
        label::COMMENT => scan.add(Comment),
        label::PLAIN_TEXT => scan.add(Text),
        label::APPLICATION => application(data, scan),
        _ => scan.add(Application),
    }
}

/// Scans an application extension: its identifier is in the first sub-block, its data in the others.
fn application(mut data: SubBlocks<'_>, scan: &mut MetadataScan) {
    match data.next() {
        // The loop count of an animation.
        Some(b"NETSCAPE2.0" | b"ANIMEXTS1.0") => {}
        // The XMP packet is not divided into sub-blocks, so it contains no lengths. A reader that
        // interprets bytes of the packet as lengths ends up in the packet's trailer, whose bytes
        // lead the reader to the end of the extension.
        Some(b"XMP DataXMP") => xmp::read(data.as_bytes(), scan),
        Some(b"ICCRGBG1012") => {
            scan.add(Icc);
            scan.icc
                .get_or_insert_with(|| data.flatten().copied().collect());
        }
        _ => scan.add(Application),
    }
}
