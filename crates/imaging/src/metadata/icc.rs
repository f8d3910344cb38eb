//! ICC profiles (ISO 15076-1): their description, and their assembly from segments.

use std::collections::BTreeMap;

use super::text::printable;

/// The maximum number of tags, and of localized records, that are read. Real profiles have fewer.
const MAX_TAGS: usize = 256;
const HEADER_LENGTH: usize = 128;

/// Returns the description in a profile, such as `"Display P3"`. It is the value of the tag `desc`: a
/// `multiLocalizedUnicodeType` in version 4, or a `textDescriptionType` in version 2.
pub(crate) fn description(profile: &[u8]) -> Option<String> {
    let (count, tags) = profile.get(HEADER_LENGTH..)?.split_first_chunk()?;
    let count = (u32::from_be_bytes(*count) as usize).min(MAX_TAGS);
    let (offset, length) = tags.chunks_exact(12).take(count).find_map(|tag| {
        tag.starts_with(b"desc")
            .then(|| Some((u32_at(tag, 4)?, u32_at(tag, 8)?)))?
    })?;
    let value = profile.get(offset..)?;
    let value = &value[..length.min(value.len())];
    match value.get(..4)? {
        b"desc" => {
            let text = value.get(12..)?;
            printable(&text[..u32_at(value, 8)?.min(text.len())])
        }
        b"mluc" => localized(value),
        b"text" => printable(value.get(8..)?),
        _ => None,
    }
}

/// Returns the English record of a `multiLocalizedUnicodeType`, or the first record if none is English.
fn localized(value: &[u8]) -> Option<String> {
    let count = u32_at(value, 8)?.min(MAX_TAGS);
    let records = value.get(16..)?.chunks_exact(12).take(count);
    let record = records
        .clone()
        .find(|record| record.starts_with(b"en"))
        .or_else(|| records.clone().next())?;
    let (length, offset) = (u32_at(record, 4)?, u32_at(record, 8)?);
    let text = value.get(offset..offset.checked_add(length.min(512))?)?;
    let units: Vec<u16> = text
        .chunks_exact(2)
        .map(|unit| u16::from_be_bytes([unit[0], unit[1]]))
        .collect();
    printable(String::from_utf16_lossy(&units).as_bytes())
}

/// Returns whether a profile has at least as many bytes as its header states.
pub(crate) fn is_whole(profile: &[u8]) -> bool {
    let size = u32_at(profile, 0).unwrap_or(usize::MAX);
    (HEADER_LENGTH..=profile.len()).contains(&size)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?) as usize)
}

/// A profile in numbered segments, as in JPEG (ICC.1:2010, annex B.4).
#[derive(Default)]
pub(crate) struct Segments<'a> {
    count: u8,
    parts: BTreeMap<u8, &'a [u8]>,
}

impl<'a> Segments<'a> {
    /// Adds a segment, which consists of its number, the number of segments, and its part of the
    /// profile. If two segments have the same number, the first counts. A segment is ignored if it
    /// states a different number of segments than the first segment.
    pub(crate) fn add(&mut self, segment: &'a [u8]) {
        let [number, count, part @ ..] = segment else {
            return;
        };
        if self.parts.is_empty() {
            self.count = *count;
        }
        if *count == self.count {
            self.parts.entry(*number).or_insert(part);
        }
    }

    /// Returns the whole profile; `None` if a segment is missing. Segment numbers begin at 1, but some
    /// writers begin at 0.
    pub(crate) fn assemble(&self) -> Option<Vec<u8>> {
        let is_complete = self.count > 0 && self.parts.len() == usize::from(self.count);
        let (first, last) = (self.parts.keys().next()?, self.parts.keys().next_back()?);
        let is_gapless = usize::from(last - first) + 1 == self.parts.len();
        (is_complete && is_gapless && *first <= 1)
            .then(|| self.parts.values().copied().collect::<Vec<_>>().concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_in_any_order_are_assembled() {
        let mut segments = Segments::default();
        for segment in [&b"\x02\x02second"[..], b"\x01\x02first-", b"\x01\x02again"] {
            segments.add(segment);
        }
        assert_eq!(segments.assemble().as_deref(), Some(&b"first-second"[..]));
    }

    #[test]
    fn a_profile_with_a_missing_segment_is_not_assembled() {
        let mut segments = Segments::default();
        segments.add(b"\x01\x03first");
        segments.add(b"\x03\x03third");
        assert_eq!(segments.assemble(), None);
        assert_eq!(Segments::default().assemble(), None);
    }

    fn profile(desc: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; HEADER_LENGTH];
        bytes.extend(1u32.to_be_bytes());
        bytes.extend(b"desc");
        bytes.extend(144u32.to_be_bytes());
        bytes.extend(u32::try_from(desc.len()).unwrap().to_be_bytes());
        bytes.extend(desc);
        bytes
    }

    #[test]
    fn a_version_2_description_is_read() {
        let profile = profile(b"desc\0\0\0\0\0\0\0\x05sRGB\0rest");
        assert_eq!(description(&profile).as_deref(), Some("sRGB"));
    }

    #[test]
    fn the_english_description_is_preferred() {
        let mut mluc = b"mluc\0\0\0\0\0\0\0\x02\0\0\0\x0c".to_vec();
        mluc.extend(b"deDE\0\0\0\x02\0\0\0\x28enUS\0\0\0\x04\0\0\0\x2a");
        mluc.extend(b"\0X\0P\x003");
        assert_eq!(description(&profile(&mluc)).as_deref(), Some("P3"));
    }

    #[test]
    fn a_description_outside_the_profile_is_none() {
        let mut bytes = profile(b"desc");
        bytes[136..144].fill(0xff);
        assert_eq!(description(&bytes), None);
    }
}
