//! XMP packets (ISO 16684-1), searched for a few names.
//!
//! This module does not parse a packet as XML. Packets never reach a variant, and a search for the names
//! below is enough to report their content.

use memchr::memmem;

use super::coordinate;
use super::gps::GpsPosition;
use super::kind::MetadataKind::{self, DepthMap, GainMap, Gps, Xmp};
use super::scan::MetadataScan;
use super::text::printable_within;
use crate::rights::{MAX_CHARS, Rights};

/// Names that occur in a packet only if the file has metadata of that kind.
const NAMES: [(&[u8], MetadataKind); 10] = [
    (b"GPSLatitude", Gps),
    (b"GpsLatitude", Gps),
    (b"geo:lat", Gps),
    // Gain maps: of Adobe and Ultra HDR, of Apple, and in Google's container directory.
    (b"http://ns.adobe.com/hdr-gain-map/", GainMap),
    (b"HDRGainMap", GainMap),
    (b"\"GainMap\"", GainMap),
    (b"http://ns.google.com/photos/1.0/depthmap/", DepthMap),
    (b"http://ns.google.com/photos/dd/1.0/", DepthMap),
    (b"\"Depth\"", DepthMap),
    (b"\"android/depthmap\"", DepthMap),
];

/// The names of latitude and longitude: in XMP copies of EXIF, in XMP of drones (with and without a
/// well-known misspelling), and in W3C's vocabulary.
const COORDINATES: [(&[u8], &[u8]); 4] = [
    (b"GPSLatitude", b"GPSLongitude"),
    (b"GpsLatitude", b"GpsLongitude"),
    (b"GpsLatitude", b"GpsLongtitude"),
    (b"geo:lat", b"geo:long"),
];

/// The maximum number of bytes that are read for a value. It bounds the cost of a packet full of names.
const MAX_VALUE: usize = 64;
/// The maximum number of bytes that are read for a statement of rights.
const MAX_STATEMENT: usize = 4096;
/// The maximum number of occurrences of a name that are searched for a value.
const MAX_OCCURRENCES: usize = 64;

/// Reads a packet.
///
/// The GPS position in the packet is used only if the file's EXIF has none.
pub(crate) fn read(packet: &[u8], scan: &mut MetadataScan) {
    scan.add(Xmp);
    for (name, kind) in NAMES {
        if !scan.kinds.contains(&kind) && memmem::find(packet, name).is_some() {
            scan.add(kind);
        }
    }
    let rights = &mut scan.rights.xmp;
    *rights = std::mem::take(rights).or(&read_rights(packet));
    if scan.gps.is_none() && scan.kinds.contains(&Gps) {
        scan.gps = COORDINATES
            .iter()
            .find_map(|(latitude, longitude)| position(packet, latitude, longitude));
    }
}

fn position(packet: &[u8], latitude: &[u8], longitude: &[u8]) -> Option<GpsPosition> {
    let latitude = degrees(packet, latitude, b"GPSLatitudeRef", b'S')?;
    let longitude = degrees(packet, longitude, b"GPSLongitudeRef", b'W')?;
    // Cameras without a GPS fix write zeros.
    if latitude == 0.0 && longitude == 0.0 {
        return None;
    }
    let below = value(packet, b"GPSAltitudeRef").is_some_and(|reference| reference == b"1");
    GpsPosition {
        latitude,
        longitude,
        altitude: value(packet, b"GPSAltitude")
            .and_then(|text| coordinate::numbers(text).next())
            .map(|meters| coordinate::with_sign(meters, below)),
    }
    .on_globe()
}

/// Returns the coordinate with this name. Some writers state its direction separately, as EXIF does.
fn degrees(packet: &[u8], name: &[u8], reference: &[u8], negative: u8) -> Option<f64> {
    let degrees = coordinate::parse(value(packet, name)?)?;
    let is_negative = value(packet, reference).is_some_and(|text| text.first() == Some(&negative));
    Some(match is_negative {
        true => coordinate::with_sign(degrees.abs(), true),
        false => degrees,
    })
}

/// Reads the statements of rights.
fn read_rights(packet: &[u8]) -> Rights {
    let text = |name: &[u8]| {
        let value = list_item(packet, name).or_else(|| value_within(packet, name, MAX_STATEMENT));
        printable_within(unescaped(value?).as_bytes(), MAX_CHARS)
    };
    Rights {
        copyright: text(b"dc:rights"),
        credit: text(b"photoshop:Credit").or_else(|| text(b"dc:creator")),
    }
}

/// Returns the text of the first item of a list, such as the alternatives of a text in different
/// languages. The default language comes first.
fn list_item<'a>(packet: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let at = memmem::find(packet, &[b"<", name, b">"].concat())?;
    let list = packet.get(at..)?;
    let list = &list[..MAX_STATEMENT.min(list.len())];
    let end = memmem::find(list, &[b"</", name].concat()).unwrap_or(list.len());
    let list = &list[..end];
    let item = list.get(memmem::find(list, b"<rdf:li")?..)?;
    let text = item.get(memchr::memchr(b'>', item)? + 1..)?;
    Some(&text[..memchr::memchr(b'<', text)?])
}

/// Replaces the references of XML to characters.
fn unescaped(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let reference = part.split_once(';');
        match reference.and_then(|(name, rest)| Some((character(name)?, rest))) {
            Some((character, rest)) => {
                plain.push(character);
                plain.push_str(rest);
            }
            None => {
                plain.push('&');
                plain.push_str(part);
            }
        }
    }
    plain
}

fn character(reference: &str) -> Option<char> {
    Some(match reference {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = reference.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

/// Returns the first value with this name: the value of an attribute, or the text of an element.
fn value<'a>(packet: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    value_within(packet, name, MAX_VALUE)
}

/// Returns the value as [`value`] does, but reads at most `max_bytes` bytes after the name.
fn value_within<'a>(packet: &'a [u8], name: &[u8], max_bytes: usize) -> Option<&'a [u8]> {
    let mut occurrences = memmem::find_iter(packet, name).take(MAX_OCCURRENCES);
    occurrences.find_map(|at| {
        let rest = packet.get(at + name.len()..)?;
        let rest = rest[..max_bytes.min(rest.len())].trim_ascii_start();
        let (end, rest) = match rest.split_first()? {
            (b'>', rest) => (b'<', rest),
            (b'=', rest) => {
                let (quote, rest) = rest.trim_ascii_start().split_first()?;
                matches!(quote, b'"' | b'\'').then_some((*quote, rest))?
            }
            _ => return None,
        };
        let length = memchr::memchr(end, rest)?;
        Some(rest[..length].trim_ascii())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_an_attribute_or_the_text_of_an_element() {
        let packet = b"<a x:nameRef='no' x:name = \"one\"> <b:other> two </b:other> <b:open>";
        assert_eq!(value(packet, b"name"), Some(&b"one"[..]));
        assert_eq!(value(packet, b"other"), Some(&b"two"[..]));
        assert_eq!(value(packet, b"open"), None);
        assert_eq!(value(packet, b"missing"), None);
    }

    #[test]
    fn statements_of_rights_are_lists_attributes_or_elements() {
        for (packet, copyright, credit) in [
            (
                "<dc:rights>\n <rdf:Alt>\n  <rdf:li xml:lang='x-default'>&#169; A &amp; B</rdf:li>\
                 <rdf:li xml:lang='de'>x</rdf:li></rdf:Alt></dc:rights>",
                Some("© A & B"),
                None,
            ),
            ("photoshop:Credit=\"Agency\"", None, Some("Agency")),
            (
                "<dc:creator><rdf:Seq><rdf:li>A. Person</rdf:li></rdf:Seq></dc:creator>",
                None,
                Some("A. Person"),
            ),
            (
                "<dc:rights><rdf:Alt/></dc:rights><rdf:li>other</rdf:li>",
                None,
                None,
            ),
        ] {
            let found = read_rights(packet.as_bytes());
            assert_eq!(found.copyright.as_deref(), copyright, "{packet}");
            assert_eq!(found.credit.as_deref(), credit, "{packet}");
        }
    }

    #[test]
    fn a_position_is_read_in_the_notations_of_cameras_and_drones() {
        for packet in [
            "exif:GPSLatitude='33,51.408S' exif:GPSLongitude='151,12.918E'",
            "<exif:GPSLatitude>-33.8568</exif:GPSLatitude>\
             <exif:GPSLongitude>151.2153</exif:GPSLongitude>",
            "exif:GPSLatitude='33.8568' exif:GPSLatitudeRef='S' exif:GPSLongitude='151.2153'",
            "drone-dji:GpsLatitude='-33.8568' drone-dji:GpsLongtitude='+151.2153'",
            "<geo:lat>-33.8568</geo:lat><geo:long>151.2153</geo:long>",
        ] {
            let mut scan = MetadataScan::default();
            read(packet.as_bytes(), &mut scan);
            let gps = scan.gps.unwrap_or_else(|| panic!("{packet}"));
            assert!((gps.latitude - -33.8568).abs() < 1e-6, "{packet}: {gps:?}");
            assert!((gps.longitude - 151.2153).abs() < 1e-6, "{packet}: {gps:?}");
        }
    }

    #[test]
    fn an_invalid_zero_or_incomplete_position_is_reported_only_as_a_kind() {
        for packet in [
            "exif:GPSLatitude='91,0N' exif:GPSLongitude='2,0E'",
            "exif:GPSLatitude='0,0N' exif:GPSLongitude='0,0E'",
            "exif:GPSLatitude='48,51.5N'",
        ] {
            let mut scan = MetadataScan::default();
            read(packet.as_bytes(), &mut scan);
            assert!(scan.gps.is_none() && scan.kinds.contains(&Gps), "{packet}");
        }
    }
}
