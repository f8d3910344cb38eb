//! Which of the formats a file is, by the brands of its `ftyp` box (ISO/IEC 14496-12, 4.3).

use crate::SourceFormat;

/// Brands beyond the first few say nothing new.
const MAX_BRANDS: usize = 16;

/// `None` if these are not the first bytes of a HEIC or AVIF file.
pub(crate) fn format(bytes: &[u8]) -> Option<SourceFormat> {
    let length = u32::from_be_bytes(*bytes.first_chunk()?) as usize;
    if bytes.get(4..8)? != b"ftyp" {
        return None;
    }
    let brands = bytes.get(8..length.min(bytes.len()))?.as_chunks::<4>().0;
    // The second field is the minor version, and no brand.
    let (major, compatible) = (brands.first()?, brands.iter().skip(2).take(MAX_BRANDS));
    of_brand(major).or_else(|| {
        // "Some picture": what its coding is, the other brands say.
        let is_picture = matches!(major, b"mif1" | b"mif2" | b"msf1");
        let said = compatible.copied().find_map(|brand| of_brand(&brand));
        is_picture.then(|| said.unwrap_or(SourceFormat::Heic))
    })
}

const fn of_brand(brand: &[u8; 4]) -> Option<SourceFormat> {
    match brand {
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" => {
            Some(SourceFormat::Heic)
        }
        b"avif" | b"avis" => Some(SourceFormat::Avif),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(brands: &[&[u8; 4]]) -> Vec<u8> {
        let length = u8::try_from(12 + 4 * brands.len()).unwrap();
        let mut bytes = vec![0, 0, 0, length];
        bytes.extend(b"ftyp");
        bytes.extend(brands[0]);
        bytes.extend([0; 4]);
        for brand in &brands[1..] {
            bytes.extend(*brand);
        }
        bytes.extend(b"\0\0\0\x08meta");
        bytes
    }

    #[test]
    fn the_major_brand_decides() {
        assert_eq!(format(&file(&[b"heic", b"avif"])), Some(SourceFormat::Heic));
        assert_eq!(format(&file(&[b"avif", b"mif1"])), Some(SourceFormat::Avif));
        assert_eq!(format(&file(&[b"isom", b"avif"])), None);
    }

    #[test]
    fn where_the_major_brand_says_little_the_others_decide() {
        let avif = file(&[b"mif1", b"miaf", b"avif"]);
        assert_eq!(format(&avif), Some(SourceFormat::Avif));
        assert_eq!(format(&file(&[b"mif1", b"miaf"])), Some(SourceFormat::Heic));
    }
}
