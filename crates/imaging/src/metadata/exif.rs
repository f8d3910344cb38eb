//! EXIF (CIPA DC-008-2019): orientation, and what it tells about place, time and camera.

use super::MetadataKind::{Camera, DateTime, Description, Exif, Gps, MakerNote, Thumbnail};
use super::text::{is_blank, printable};
use super::tiff::{Entry, Tiff};
use super::{MetadataKind, Survey, gps};

mod tag {
    pub(super) const MAKE: u16 = 0x010f;
    pub(super) const MODEL: u16 = 0x0110;
    pub(super) const ORIENTATION: u16 = 0x0112;
    pub(super) const DATE_TIME: u16 = 0x0132;
    pub(super) const EXIF_DIRECTORY: u16 = 0x8769;
    pub(super) const GPS_DIRECTORY: u16 = 0x8825;
    pub(super) const DATE_TIME_ORIGINAL: u16 = 0x9003;
    pub(super) const DATE_TIME_DIGITIZED: u16 = 0x9004;
    pub(super) const MAKER_NOTE: u16 = 0x927c;
    pub(super) const USER_COMMENT: u16 = 0x9286;
}

/// Bytes before the text of `UserComment` and some GPS tags that name its encoding.
const CHARACTER_CODE_LENGTH: usize = 8;

/// Reads an EXIF block, with or without the `Exif\0\0` that JPEG puts before it.
///
/// The first readable block of a file decides orientation, position, camera and time. Broken
/// entries are skipped one by one, so that a bad maker note does not turn a picture on its side.
pub(crate) fn read(block: &[u8], survey: &mut Survey) {
    survey.found(Exif);
    let tiff = match block.strip_prefix(b"Exif\0") {
        // The second byte of padding is not always zero.
        Some(padded) => padded.get(1..).unwrap_or_default(),
        None => block,
    };
    let Some(tiff) = Tiff::new(tiff) else { return };
    let Some(first) = tiff.first_directory() else {
        return;
    };
    let facts = Facts::read(tiff, first, survey);
    if let Some(thumbnail) = tiff.next_directory(first) {
        read_thumbnail(tiff, thumbnail, survey);
    }
    if !survey.exif_is_read {
        survey.exif_is_read = true;
        survey.orientation = facts.orientation.unwrap_or(1);
        survey.camera = facts.camera();
        survey.taken_at = facts.taken_at();
        survey.gps = facts.gps;
    }
}

/// What the first directory and those it points to say about the picture.
#[derive(Default)]
struct Facts {
    orientation: Option<u8>,
    make: Option<String>,
    model: Option<String>,
    changed: Option<String>,
    original: Option<String>,
    digitized: Option<String>,
    gps: Option<crate::GpsPosition>,
}

impl Facts {
    fn read(tiff: Tiff<'_>, first: usize, survey: &mut Survey) -> Self {
        let mut facts = Self::default();
        let (mut exif, mut gps_directory) = (None, None);
        for entry in tiff.entries(first) {
            match entry.tag {
                tag::EXIF_DIRECTORY => exif = exif.or(entry.number()),
                tag::GPS_DIRECTORY => gps_directory = gps_directory.or(entry.number()),
                _ => facts.take(entry, survey),
            }
        }
        if let Some(offset) = exif {
            for entry in tiff.entries(offset as usize) {
                facts.take(entry, survey);
            }
        }
        if let Some(offset) = gps_directory {
            let gps = gps::read(tiff, offset as usize);
            facts.gps = gps.position;
            if gps.has_content {
                survey.found(Gps);
            }
        }
        facts
    }

    fn take(&mut self, entry: Entry<'_>, survey: &mut Survey) {
        if let Some(kind) = kind_of(entry) {
            survey.found(kind);
        }
        let keep = |field: &mut Option<String>| {
            if field.is_none() {
                *field = printable(entry.value);
            }
        };
        match entry.tag {
            tag::ORIENTATION => self.orientation = self.orientation.or(orientation(entry)),
            tag::MAKE => keep(&mut self.make),
            tag::MODEL => keep(&mut self.model),
            tag::DATE_TIME => keep(&mut self.changed),
            tag::DATE_TIME_ORIGINAL => keep(&mut self.original),
            tag::DATE_TIME_DIGITIZED => keep(&mut self.digitized),
            _ => {}
        }
    }

    /// Maker and model; the maker is left out where the model begins with it, as it often does.
    fn camera(&self) -> Option<String> {
        match (&self.make, &self.model) {
            (Some(make), Some(model)) => {
                let maker = make.split_whitespace().next().unwrap_or_default();
                let named = model.get(..maker.len());
                if named.is_some_and(|start| start.eq_ignore_ascii_case(maker)) {
                    Some(model.clone())
                } else {
                    Some(format!("{make} {model}"))
                }
            }
            (one, other) => one.as_ref().or(other.as_ref()).cloned(),
        }
    }

    /// The time of the shot, else of its digitisation, else of the last change.
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

/// The kind that an entry of the first or the EXIF directory gives away by being there.
fn kind_of(entry: Entry<'_>) -> Option<MetadataKind> {
    let text = match entry.tag {
        tag::USER_COMMENT => entry.value.get(CHARACTER_CODE_LENGTH..).unwrap_or_default(),
        _ => entry.value,
    };
    let kind = match entry.tag {
        // A maker note counts even where its bytes are cut off: something pointed there.
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
        // Blocks of other standards that TIFF writers keep in the first directory.
        0x02bc => MetadataKind::Xmp,
        0x83bb | 0x8649 => MetadataKind::Iptc,
        _ => return None,
    };
    (!is_blank(text)).then_some(kind)
}

/// The second directory describes a thumbnail: JPEGInterchangeFormat or StripOffsets.
fn read_thumbnail(tiff: Tiff<'_>, directory: usize, survey: &mut Survey) {
    let is_there = tiff
        .entries(directory)
        .any(|entry| matches!(entry.tag, 0x0201 | 0x0111) && !is_blank(entry.value));
    if is_there {
        survey.found(Thumbnail);
    }
}
