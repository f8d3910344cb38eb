//! Writing an XMP packet into a finished file.

use super::Rights;
use crate::formats::webp::riff;
use crate::{OutputFormat, RenderedVariant};

/// The length of the signature of a PNG file and its `IHDR` chunk, which comes first.
const PNG_HEADER_BYTES: usize = 8 + 12 + 13;
/// The header of an `iTXt` chunk with XMP: keyword, no compression, no language and no translation
/// of the keyword (XMP specification part 3, 1.1.5).
const PNG_KEYWORD: &[u8] = b"XML:com.adobe.xmp\0\0\0\0\0";
/// The namespace at the beginning of an APP1 segment with XMP (XMP specification part 3, 1.1.3).
const JPEG_NAMESPACE: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

impl Rights {
    /// Writes the statements into the file of a variant. Changes nothing if there are none.
    ///
    /// The file must come from this crate: a WebP, PNG or JPEG file without XMP.
    pub fn write_to(&self, variant: &mut RenderedVariant) {
        if self.is_empty() {
            return;
        }
        let packet = self.to_xmp();
        let file = &variant.bytes;
        let size = (variant.width, variant.height);
        variant.bytes = match variant.format {
            OutputFormat::Webp => riff::with_xmp(file, size, packet.as_bytes()),
            OutputFormat::Png => png(file, packet.as_bytes()),
            OutputFormat::Jpeg => jpeg(file, packet.as_bytes()),
        };
    }
}

fn png(file: &[u8], packet: &[u8]) -> Vec<u8> {
    let data = [b"iTXt", PNG_KEYWORD, packet].concat();
    // A packet is far shorter than 4 GiB.
    let length = u32::try_from(data.len() - 4).unwrap_or(u32::MAX);
    let checksum = crc32fast::hash(&data);
    let (header, rest) = file.split_at(PNG_HEADER_BYTES.min(file.len()));
    let chunk = [&length.to_be_bytes()[..], &data, &checksum.to_be_bytes()].concat();
    [header, &chunk, rest].concat()
}

fn jpeg(file: &[u8], packet: &[u8]) -> Vec<u8> {
    let data = [JPEG_NAMESPACE, packet].concat();
    // Statements have at most 500 characters, so the segment is far shorter than 64 KiB.
    let length = u16::try_from(data.len() + 2).unwrap_or(u16::MAX);
    let segment = [&[0xff, 0xe1][..], &length.to_be_bytes(), &data].concat();
    let (start, rest) = file.split_at(after_jfif(file).min(file.len()));
    [start, &segment, rest].concat()
}

/// Returns the end of the JFIF header, which must come first.
fn after_jfif(file: &[u8]) -> usize {
    match file {
        [0xff, 0xd8, 0xff, 0xe0, high, low, ..] => {
            4 + usize::from(u16::from_be_bytes([*high, *low]))
        }
        _ => 2,
    }
}
