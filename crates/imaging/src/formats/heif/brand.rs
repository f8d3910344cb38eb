//! Distinction of HEIC and AVIF by the brands in the `ftyp` box (ISO/IEC 14496-12, 4.3).

/// The number of compatible brands that are read.
const MAX_BRANDS: usize = 16;

/// The coding of a HEIF file's images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brand {
    /// HEVC.
    Heic,
    /// AV1.
    Avif,
}

impl Brand {
    /// Reads the brand; `None` if the file is neither HEIC nor AVIF.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let length = u32::from_be_bytes(*bytes.first_chunk()?) as usize;
        if bytes.get(4..8)? != b"ftyp" {
            return None;
        }
        let brands = bytes.get(8..length.min(bytes.len()))?.as_chunks::<4>().0;
        // The second field is the minor version, not a brand.
        let (major, compatible) = (brands.first()?, brands.iter().skip(2).take(MAX_BRANDS));
        Self::from_code(major).or_else(|| {
            // A generic image brand: the compatible brands tell the coding.
            let is_image = matches!(major, b"mif1" | b"mif2" | b"msf1");
            let brand = compatible.copied().find_map(|code| Self::from_code(&code));
            is_image.then(|| brand.unwrap_or(Self::Heic))
        })
    }

    const fn from_code(code: &[u8; 4]) -> Option<Self> {
        match code {
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" => {
                Some(Self::Heic)
            }
            b"avif" | b"avis" => Some(Self::Avif),
            _ => None,
        }
    }

    /// Returns the name for messages.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Heic => "HEIC",
            Self::Avif => "AVIF",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brand(codes: &[&[u8; 4]]) -> Option<Brand> {
        let length = u8::try_from(12 + 4 * codes.len()).unwrap();
        let mut bytes = vec![0, 0, 0, length];
        bytes.extend(b"ftyp");
        bytes.extend(codes[0]);
        bytes.extend([0; 4]);
        for code in &codes[1..] {
            bytes.extend(*code);
        }
        bytes.extend(b"\0\0\0\x08meta");
        Brand::read(&bytes)
    }

    #[test]
    fn the_major_brand_decides() {
        assert_eq!(brand(&[b"heic", b"avif"]), Some(Brand::Heic));
        assert_eq!(brand(&[b"avif", b"mif1"]), Some(Brand::Avif));
        assert_eq!(brand(&[b"isom", b"avif"]), None);
    }

    #[test]
    fn compatible_brands_decide_if_the_major_brand_is_generic() {
        assert_eq!(brand(&[b"mif1", b"miaf", b"avif"]), Some(Brand::Avif));
        assert_eq!(brand(&[b"mif1", b"miaf"]), Some(Brand::Heic));
    }
}
