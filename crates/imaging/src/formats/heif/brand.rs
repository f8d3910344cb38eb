//! The brands in the `ftyp` box (ISO/IEC 14496-12, 4.3). They distinguish HEIF images from videos,
//! and the kinds of HEIF images from each other (ISO/IEC 23008-12, 10 and annexes).

use crate::formats::boxes::Code;
use crate::formats::fields::Fields;

/// The maximum number of compatible brands that are read.
const MAX_BRANDS: usize = 16;

/// The brands of HEIF images that are not supported, each with a name for its kind.
const UNSUPPORTED: &[(&Code, &str)] = &[
    (b"avci", "a HEIF image with AVC (avci)"),
    (b"avcs", "a HEIF image sequence with AVC (avcs)"),
    (b"jpeg", "a HEIF image with JPEG (jpeg)"),
    (b"jpgs", "a HEIF image sequence with JPEG (jpgs)"),
    (b"j2ki", "a HEIF image with JPEG 2000 (j2ki)"),
    (b"j2is", "a HEIF image sequence with JPEG 2000 (j2is)"),
    (b"vvic", "a HEIF image with VVC (vvic)"),
    (b"vvis", "a HEIF image sequence with VVC (vvis)"),
    (b"evbi", "a HEIF image with EVC (evbi)"),
    (b"evbs", "a HEIF image sequence with EVC (evbs)"),
    (b"evmi", "a HEIF image with EVC (evmi)"),
    (b"evms", "a HEIF image sequence with EVC (evms)"),
    (
        b"unif",
        "a HEIF file with a unified identifier space (unif)",
    ),
    (b"mif3", "a HEIF image with a low-overhead header (mif3)"),
];

/// The coding of a HEIF file's images according to its brands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// HEVC. This is also assumed if the brands do not state a coding. Only the items of such a
    /// file state the coding.
    Hevc,
    /// AV1.
    Av1,
    /// A coding that is not supported, with the name of the kind of image, including an article.
    Unsupported(&'static str),
}

impl Coding {
    /// Reads the brands; `None` if the file is not a HEIF file.
    pub(super) fn of_file(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let length = fields.u32()? as usize;
        if fields.array()? != *b"ftyp" {
            return None;
        }
        let brands = bytes.get(8..length.min(bytes.len()))?.as_chunks::<4>().0;
        // The second field is the minor version, not a brand.
        let (major, compatible) = (brands.first()?, brands.get(2..).unwrap_or_default());
        Self::of_brand(major).or_else(|| {
            // If the major brand describes only the structure, the compatible brands decide. HEVC
            // takes precedence.
            let is_structure = matches!(major, b"mif1" | b"mif2" | b"msf1" | b"miaf" | b"heif");
            let mut codings = compatible
                .iter()
                .take(MAX_BRANDS)
                .filter_map(Self::of_brand);
            let first = codings.next().unwrap_or(Self::Hevc);
            let any_hevc = codings.find(|coding| *coding == Self::Hevc);
            is_structure.then(|| any_hevc.unwrap_or(first))
        })
    }

    /// Returns the type of the items with coded images.
    pub(super) const fn item_code(self) -> Code {
        match self {
            Self::Av1 => *b"av01",
            Self::Hevc | Self::Unsupported(_) => *b"hvc1",
        }
    }

    /// Returns the type of the property with the decoder configuration of a coded image.
    pub(super) const fn record_code(self) -> &'static Code {
        match self {
            Self::Av1 => b"av1C",
            Self::Hevc | Self::Unsupported(_) => b"hvcC",
        }
    }

    /// Returns the coding that a brand states.
    fn of_brand(brand: &Code) -> Option<Self> {
        if matches!(
            brand,
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs"
        ) {
            return Some(Self::Hevc);
        }
        if matches!(brand, b"avif" | b"avis") {
            return Some(Self::Av1);
        }
        UNSUPPORTED
            .iter()
            .find(|(code, _)| *code == brand)
            .map(|(_, words)| Self::Unsupported(words))
    }
}

/// Identifies a HEIF file that is not supported, and returns the name of its kind with an article.
pub(in crate::formats) fn identify(bytes: &[u8]) -> Option<&'static str> {
    match Coding::of_file(bytes)? {
        Coding::Hevc | Coding::Av1 => None,
        Coding::Unsupported(words) => Some(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coding(codes: &[&Code]) -> Option<Coding> {
        let length = u8::try_from(12 + 4 * codes.len()).unwrap();
        let mut bytes = vec![0, 0, 0, length];
        bytes.extend(b"ftyp");
        bytes.extend(codes[0]);
        bytes.extend([0; 4]);
        for code in &codes[1..] {
            bytes.extend(*code);
        }
        bytes.extend(b"\0\0\0\x08meta");
        Coding::of_file(&bytes)
    }

    fn words(codes: &[&Code]) -> &'static str {
        match coding(codes) {
            Some(Coding::Unsupported(words)) => words,
            _ => "",
        }
    }

    #[test]
    fn the_major_brand_decides() {
        assert_eq!(coding(&[b"heic", b"avif"]), Some(Coding::Hevc));
        assert_eq!(coding(&[b"avif", b"mif1"]), Some(Coding::Av1));
        assert_eq!(coding(&[b"avis", b"msf1"]), Some(Coding::Av1));
        assert!(words(&[b"avci", b"mif1", b"heic"]).contains("AVC"));
        assert!(words(&[b"mif3", b"mif1"]).contains("mif3"));
        assert_eq!(coding(&[b"isom", b"heic"]), None);
        assert_eq!(coding(&[b"mp42", b"mif1"]), None);
    }

    #[test]
    fn compatible_brands_decide_if_the_major_brand_states_only_the_structure() {
        assert_eq!(coding(&[b"mif1", b"miaf", b"avif"]), Some(Coding::Av1));
        assert!(words(&[b"msf1", b"iso8", b"avcs"]).contains("AVC"));
        assert_eq!(coding(&[b"mif1", b"avci", b"heix"]), Some(Coding::Hevc));
        // Only the items of such a file state its coding.
        assert_eq!(coding(&[b"mif1", b"miaf"]), Some(Coding::Hevc));
    }
}
