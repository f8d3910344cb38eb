//! IPTC-IIM (version 4.2), searched for statements of rights.

use super::scan::MetadataScan;
use super::text::{printable_within, utf8_or_latin1};
use crate::rights::{MAX_CHARS, Rights};

/// The first byte of every dataset.
const TAG_MARKER: u8 = 0x1c;
/// The escape sequence of UTF-8 in the dataset that names the character set.
const UTF_8: &[u8] = b"\x1b%G";

/// Datasets: the record and the number.
mod dataset {
    pub(super) const CHARACTER_SET: [u8; 2] = [1, 90];
    pub(super) const BYLINE: [u8; 2] = [2, 80];
    pub(super) const CREDIT: [u8; 2] = [2, 110];
    pub(super) const COPYRIGHT: [u8; 2] = [2, 116];
}

/// Reads a sequence of datasets.
pub(super) fn read(mut datasets: &[u8], scan: &mut MetadataScan) {
    let mut is_utf8 = false;
    let (mut found, mut byline) = (Rights::default(), None);
    while let Some((dataset, value, rest)) = split_dataset(datasets) {
        let text = || match is_utf8 {
            true => printable_within(value, MAX_CHARS),
            false => printable_within(&utf8_or_latin1(value), MAX_CHARS),
        };
        match dataset {
            dataset::CHARACTER_SET => is_utf8 = value == UTF_8,
            dataset::COPYRIGHT => found.copyright = found.copyright.or_else(text),
            dataset::CREDIT => found.credit = found.credit.or_else(text),
            dataset::BYLINE => byline = byline.or_else(text),
            _ => {}
        }
        datasets = rest;
    }
    found.credit = found.credit.or(byline);
    let rights = &mut scan.rights.iptc;
    *rights = std::mem::take(rights).or(&found);
}

/// Splits off the first dataset. Returns its record and number, its value and the rest.
fn split_dataset(bytes: &[u8]) -> Option<([u8; 2], &[u8], &[u8])> {
    let (header, rest) = bytes.split_first_chunk::<5>()?;
    let [TAG_MARKER, record, number, high, low] = *header else {
        return None;
    };
    // The highest bit announces a longer length, which no text needs.
    let length = usize::from(u16::from_be_bytes([high, low]));
    let (value, rest) = rest.split_at_checked(length)?;
    Some(([record, number], value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dataset([record, number]: [u8; 2], value: &[u8]) -> Vec<u8> {
        let length = u8::try_from(value.len()).unwrap();
        [&[TAG_MARKER, record, number, 0, length], value].concat()
    }

    fn rights(datasets: &[Vec<u8>]) -> Rights {
        let mut scan = MetadataScan::default();
        read(&datasets.concat(), &mut scan);
        scan.rights.first()
    }

    #[test]
    fn the_credit_line_is_preferred_to_the_creator() {
        let byline = dataset(dataset::BYLINE, b"A. Person");
        let credit = dataset(dataset::CREDIT, b"Agency");
        assert_eq!(
            rights(&[byline.clone(), credit]).credit.as_deref(),
            Some("Agency")
        );
        assert_eq!(rights(&[byline]).credit.as_deref(), Some("A. Person"));
    }

    #[test]
    fn a_text_is_utf_8_or_latin_1() {
        let latin_1 = dataset(dataset::COPYRIGHT, b"\xa9 A");
        let utf_8 = dataset(dataset::COPYRIGHT, "© A".as_bytes());
        let stated = dataset(dataset::CHARACTER_SET, UTF_8);
        for datasets in [vec![latin_1], vec![utf_8.clone()], vec![stated, utf_8]] {
            assert_eq!(rights(&datasets).copyright.as_deref(), Some("© A"));
        }
    }

    #[test]
    fn a_truncated_dataset_ends_the_search() {
        let whole = dataset(dataset::COPYRIGHT, b"A");
        let long = [TAG_MARKER, 2, 110, 0x80, 4, 0, 0];
        assert_eq!(
            rights(&[whole, long.to_vec()]).copyright.as_deref(),
            Some("A")
        );
    }
}
