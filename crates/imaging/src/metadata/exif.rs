//! EXIF (CIPA DC-008-2019): orientation, place, time and camera.

use super::gps::{self, GpsPosition};
use super::kind::MetadataKind;
use super::kind::MetadataKind::{Camera, DateTime, Description, Exif, Gps, MakerNote, Thumbnail};
use super::scan::MetadataScan;
use super::text::{is_blank, printable, printable_within};
use super::tiff::{Entry, Tiff};
use super::xmp;
use crate::rights::{MAX_CHARS, Rights};

mod tag {
    pub(super) const MAKE: u16 = 0x010f;
    pub(super) const MODEL: u16 = 0x0110;
    pub(super) const ORIENTATION: u16 = 0x0112;
    pub(super) const DATE_TIME: u16 = 0x0132;
    pub(super) const ARTIST: u16 = 0x013b;
    pub(super) const COPYRIGHT: u16 = 0x8298;
    pub(super) const XMP: u16 = 0x02bc;
    pub(super) const EXIF_DIRECTORY: u16 = 0x8769;
    pub(super) const GPS_DIRECTORY: u16 = 0x8825;
    pub(super) const DATE_TIME_ORIGINAL: u16 = 0x9003;
    pub(super) const DATE_TIME_DIGITIZED: u16 = 0x9004;
    pub(super) const MAKER_NOTE: u16 = 0x927c;
    pub(super) const USER_COMMENT: u16 = 0x9286;
}

/// The length of the character code before the text of `UserComment`.
const CHARACTER_CODE_LENGTH: usize = 8;

/// Reads an EXIF block, with or without the prefix `Exif\0\0` that JPEG adds.
///
/// The first readable block of a file determines orientation, place, camera and time. Broken
/// entries are skipped one by one, so the orientation is found despite a bad maker note.
pub(crate) fn read(block: &[u8], scan: &mut MetadataScan) {
    let Some(facts) = read_block(block, scan) else {
        return;
    };
    if !scan.has_exif {
        scan.has_exif = true;
        scan.orientation = facts.orientation.unwrap_or(1);
        scan.camera = facts.camera().or(scan.camera.take());
        scan.taken_at = facts.taken_at().or(scan.taken_at.take());
        scan.gps = facts.gps.or(scan.gps);
        let rights = &mut scan.rights.exif;
        *rights = facts.rights.or(rights);
    }
}

/// Reads an EXIF item of HEIF (ISO/IEC 23008-12, A.2.1) or an EXIF box of JPEG XL (ISO/IEC 18181-2, 9.4).
/// Both begin with the offset of the TIFF header.
pub(crate) fn read_item(item: &[u8], scan: &mut MetadataScan) {
    let Some((offset, rest)) = item.split_first_chunk() else {
        return;
    };
    let offset = u32::from_be_bytes(*offset) as usize;
    read(rest.get(offset..).unwrap_or_default(), scan);
}

/// Reads a copy of EXIF inside another block, such as a Photoshop resource.
///
/// The copy supplies place, camera and time if the file states them nowhere else. Its orientation
/// is ignored, because viewers do not apply it.
pub(super) fn read_copy(block: &[u8], scan: &mut MetadataScan) {
    let Some(facts) = read_block(block, scan) else {
        return;
    };
    scan.camera = scan.camera.take().or(facts.camera());
    scan.taken_at = scan.taken_at.take().or(facts.taken_at());
    scan.gps = scan.gps.or(facts.gps);
    let rights = &mut scan.rights.exif;
    *rights = std::mem::take(rights).or(&facts.rights);
}

/// Reads the facts in a block and adds the kinds of metadata in it; `None` if the block has no
/// directory.
fn read_block(block: &[u8], scan: &mut MetadataScan) -> Option<Facts> {
    scan.add(Exif);
    let tiff = match block.strip_prefix(b"Exif\0") {
        // The second padding byte is not always zero.
        Some(padded) => padded.get(1..).unwrap_or_default(),
        None => block,
    };
    let tiff = Tiff::new(tiff)?;
    let first = tiff.first_directory()?;
    let facts = Facts::read(tiff, first, scan);
    if let Some(thumbnail) = tiff.next_directory(first) {
        read_thumbnail(tiff, thumbnail, scan);
    }
    Some(facts)
}

/// The information in the first directory and in the directories that it points to.
#[derive(Default)]
struct Facts {
    orientation: Option<u8>,
    make: Option<String>,
    model: Option<String>,
    changed: Option<String>,
    original: Option<String>,
    digitized: Option<String>,
    gps: Option<GpsPosition>,
    rights: Rights,
}

impl Facts {
    fn read(tiff: Tiff<'_>, first: usize, scan: &mut MetadataScan) -> Self {
        let mut facts = Self::default();
        let (mut exif, mut gps_directory) = (None, None);
        for entry in tiff.entries(first) {
            match entry.tag {
                tag::EXIF_DIRECTORY => exif = exif.or(entry.number()),
                tag::GPS_DIRECTORY => gps_directory = gps_directory.or(entry.number()),
                _ => facts.read_entry(entry, scan),
            }
        }
        if let Some(offset) = exif {
            for entry in tiff.entries(offset as usize) {
                facts.read_entry(entry, scan);
            }
        }
        if let Some(offset) = gps_directory {
            let gps = gps::read(tiff, offset as usize);
            facts.gps = gps.position;
            if gps.has_content {
                scan.add(Gps);
            }
        }
        facts
    }

    fn read_entry(&mut self, entry: Entry<'_>, scan: &mut MetadataScan) {
        if let Some(kind) = kind_of(entry) {
            scan.add(kind);
        }
        let keep = |field: &mut Option<String>| {
            if field.is_none() {
                *field = printable(entry.value);
            }
        };
        // A copyright notice may consist of the photographer's and the editor's, separated by a NUL.
        // The first one is kept.
        let keep_statement = |field: &mut Option<String>| {
            if field.is_none() {
                *field = printable_within(entry.value, MAX_CHARS);
            }
        };
        match entry.tag {
            tag::ORIENTATION => self.orientation = self.orientation.or(orientation(entry)),
            tag::MAKE => keep(&mut self.make),
            tag::MODEL => keep(&mut self.model),
            tag::DATE_TIME => keep(&mut self.changed),
            tag::ARTIST => keep_statement(&mut self.rights.credit),
            tag::COPYRIGHT => keep_statement(&mut self.rights.copyright),
            tag::DATE_TIME_ORIGINAL => keep(&mut self.original),
            tag::DATE_TIME_DIGITIZED => keep(&mut self.digitized),
            tag::XMP if !is_blank(entry.value) => xmp::read(entry.value, scan),
            _ => {}
        }
    }

    /// Returns the make and model. The make is left out if the model begins with the same brand, as
    /// it often does.
    fn camera(&self) -> Option<String> {
        match (&self.make, &self.model) {
            (Some(make), Some(model)) => {
                let brand = make.split_whitespace().next().unwrap_or_default();
                let start = model.get(..brand.len());
                if start.is_some_and(|start| start.eq_ignore_ascii_case(brand)) {
                    Some(model.clone())
                } else {
                    Some(format!("{make} {model}"))
                }
            }
            (one, other) => one.as_ref().or(other.as_ref()).cloned(),
        }
    }

    /// Returns the time when the photo was taken, or else digitized, or else last changed. A time
    /// without a digit from 1 to 9 counts as missing.
    fn taken_at(&self) -> Option<String> {
        [&self.original, &self.digitized, &self.changed]
            .into_iter()
            .flatten()
            .find(|text| text.bytes().any(|byte| matches!(byte, b'1'..=b'9')))
            .cloned()
    }
}

fn orientation(entry: Entry<'_>) -> Option<u8> {
    let number = u8::try_from(entry.number()?).ok()?;
    (1..=8).contains(&number).then_some(number)
}

/// Returns the kind of metadata that an entry belongs to. The entry is in the first directory or in
/// the EXIF directory.
fn kind_of(entry: Entry<'_>) -> Option<MetadataKind> {
    let text = match entry.tag {
        tag::USER_COMMENT => entry.value.get(CHARACTER_CODE_LENGTH..).unwrap_or_default(),
        _ => entry.value,
    };
    let kind = match entry.tag {
        // A maker note counts even if its bytes are missing, because an entry refers to it.
        tag::MAKER_NOTE => return Some(MakerNote),
        // Make, Model, HostComputer, owner, serial numbers, lens (A430 to A435), and DNG's
        // UniqueCameraModel and CameraSerialNumber.
        0x010f | 0x0110 | 0x013c | 0xa430..=0xa435 | 0xc614 | 0xc62f => Camera,
        tag::DATE_TIME | tag::DATE_TIME_ORIGINAL | tag::DATE_TIME_DIGITIZED => DateTime,
        // DocumentName, ImageDescription, Artist, Copyright, UserComment, Windows' XPTitle to
        // XPSubject, ImageTitle, Photographer and ImageEditor.
        0x010d | 0x010e | 0x013b | 0x8298 | 0x9286 | 0x9c9b..=0x9c9f | 0xa436..=0xa438 => {
            Description
        }
        // Blocks of other standards that TIFF writers store in the first directory.
        tag::XMP => MetadataKind::Xmp,
        0x83bb | 0x8649 => MetadataKind::Iptc,
        _ => return None,
    };
    (!is_blank(text)).then_some(kind)
}

/// Reads the second directory. It describes a thumbnail if it has JPEGInterchangeFormat or
/// StripOffsets.
fn read_thumbnail(tiff: Tiff<'_>, directory: usize, scan: &mut MetadataScan) {
    let has_thumbnail = tiff
        .entries(directory)
        .any(|entry| matches!(entry.tag, 0x0201 | 0x0111) && !is_blank(entry.value));
    if has_thumbnail {
        scan.add(Thumbnail);
    }
}
