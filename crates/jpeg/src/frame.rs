//! The frame header (ITU-T T.81, B.2.2), and the grid of blocks that follows from it (A.1, A.2).

use crate::error::{Error, Result};
use crate::marker::{DNL, EOI, Marker, SOF2, SOS};

pub(crate) const NO_FRAME: Error = Error::Damaged("there is no frame header before the pixels");

/// A component: one plane of samples, which may be smaller than the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// The horizontal sampling factor, 1 to 4.
    pub horizontal: u32,
    /// The vertical sampling factor, 1 to 4.
    pub vertical: u32,
    /// The number of samples per row.
    pub width: u32,
    /// The number of rows.
    pub height: u32,
    pub(crate) id: u8,
    pub(crate) quantization: u8,
}

impl Component {
    /// Returns the number of blocks per row that contain a sample of the image.
    pub(crate) const fn blocks_per_row(&self) -> u32 {
        self.width.div_ceil(8)
    }

    /// Returns the number of rows of blocks that contain a sample of the image.
    pub(crate) const fn block_rows(&self) -> u32 {
        self.height.div_ceil(8)
    }
}

/// The content of the frame header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The width of the image in pixels.
    pub width: u32,
    /// The height of the image in pixels.
    pub height: u32,
    /// `true` if each scan adds bits to coefficients. Otherwise, each component is complete after a
    /// single scan.
    pub is_progressive: bool,
    /// The components. Their number is 1, 3 or 4.
    pub components: Vec<Component>,
}

impl Frame {
    /// Finds and reads the frame header of a file that begins with SOI.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a coding process, a precision or a number of components that is
    /// not supported; otherwise as [`Error`] describes.
    pub fn find(bytes: &[u8]) -> Result<Self> {
        let mut at = 2;
        loop {
            let marker = Marker::find(bytes, at).ok_or(Error::Truncated)?;
            at = marker.end;
            match marker.code {
                _ if marker.is_frame() => return Self::read(bytes, marker),
                EOI | SOS => return Err(NO_FRAME),
                _ if marker.is_standalone() => {}
                _ => at += 2 + marker.segment(bytes)?.len(),
            }
        }
    }

    /// Reads the frame header at a marker. If its height is 0, looks the height up after the first
    /// scan (DNL, B.2.5).
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a coding process, a precision or a number of components that is
    /// not supported; otherwise as [`Error`] describes.
    pub(crate) fn read(bytes: &[u8], marker: Marker) -> Result<Self> {
        if marker.code > SOF2 {
            return Err(Error::Unsupported(unsupported_process(marker.code)));
        }
        let segment = marker.segment(bytes)?;
        let [precision, h1, h0, w1, w0, count, specifications @ ..] = segment else {
            return Err(Error::Truncated);
        };
        if *precision != 8 {
            let message = "a JPEG with a precision other than 8 bits per sample is not supported";
            return Err(Error::Unsupported(message));
        }
        if !matches!(count, 1 | 3 | 4) {
            let message = "only gray, color and CMYK JPEGs are supported";
            return Err(Error::Unsupported(message));
        }
        let specifications = specifications
            .get(..usize::from(*count) * 3)
            .ok_or(Error::Truncated)?;
        let mut height = u32::from(u16::from_be_bytes([*h1, *h0]));
        if height == 0 {
            height = height_after_scan(bytes, marker)?;
        }
        let width = u32::from(u16::from_be_bytes([*w1, *w0]));
        if width == 0 {
            return Err(Error::Damaged("the image has no pixels"));
        }
        Ok(Self {
            width,
            height,
            is_progressive: marker.code == SOF2,
            components: components(width, height, specifications)?,
        })
    }

    /// Returns how many columns and rows of the image share a sample of a component, such as (2, 2)
    /// for the chroma of 4:2:0.
    pub fn subsampling(&self, component: &Component) -> (u32, u32) {
        (
            self.max_horizontal() / component.horizontal,
            self.max_vertical() / component.vertical,
        )
    }

    /// Returns the largest horizontal sampling factor.
    pub(crate) fn max_horizontal(&self) -> u32 {
        let factors = self.components.iter().map(|component| component.horizontal);
        factors.max().unwrap_or(1)
    }

    /// Returns the largest vertical sampling factor.
    pub(crate) fn max_vertical(&self) -> u32 {
        let factors = self.components.iter().map(|component| component.vertical);
        factors.max().unwrap_or(1)
    }

    /// Returns the number of units (MCUs) in a row of an interleaved scan.
    pub(crate) fn units_per_row(&self) -> u32 {
        self.width.div_ceil(8 * self.max_horizontal())
    }

    /// Returns the number of rows of units.
    pub(crate) fn unit_rows(&self) -> u32 {
        self.height.div_ceil(8 * self.max_vertical())
    }

    /// Returns the number of blocks in all components together. Counts only blocks that contain a
    /// sample of the image.
    pub(crate) fn blocks(&self) -> u64 {
        let blocks = self.components.iter().map(|component| {
            u64::from(component.blocks_per_row()) * u64::from(component.block_rows())
        });
        blocks.sum()
    }
}

/// Reads the specifications of the components, three bytes each.
fn components(width: u32, height: u32, specifications: &[u8]) -> Result<Vec<Component>> {
    let specifications = specifications.as_chunks::<3>().0;
    let factors = specifications
        .iter()
        .map(|[_, factors, _]| (u32::from(factors >> 4), u32::from(factors & 15)));
    let factors: Vec<_> = match specifications.len() {
        // The blocks of a single component are stored row by row, whatever its factors.
        1 => vec![(1, 1)],
        _ => factors.collect(),
    };
    let max = |values: &mut dyn Iterator<Item = u32>| values.max().unwrap_or(1);
    let max_horizontal = max(&mut factors.iter().map(|factors| factors.0));
    let max_vertical = max(&mut factors.iter().map(|factors| factors.1));
    let mut components = Vec::with_capacity(factors.len());
    for (&[id, _, quantization], (horizontal, vertical)) in specifications.iter().zip(factors) {
        if !(1..=4).contains(&horizontal) || !(1..=4).contains(&vertical) {
            return Err(Error::Damaged("a sampling factor of the JPEG is invalid"));
        }
        if max_horizontal % horizontal != 0 || max_vertical % vertical != 0 {
            let message = "a JPEG with fractional ratios of sampling factors is not supported";
            return Err(Error::Unsupported(message));
        }
        components.push(Component {
            horizontal,
            vertical,
            width: (width * horizontal).div_ceil(max_horizontal),
            height: (height * vertical).div_ceil(max_vertical),
            id,
            quantization,
        });
    }
    Ok(components)
}

/// Returns the height that a DNL segment states after the first scan.
fn height_after_scan(bytes: &[u8], frame: Marker) -> Result<u32> {
    let mut at = frame.end + 2 + frame.segment(bytes)?.len();
    let mut is_after_scan = false;
    while let Some(marker) = Marker::find(bytes, at) {
        at = marker.end;
        if marker.code == DNL && is_after_scan {
            let [h1, h0, ..] = marker.segment(bytes)? else {
                return Err(Error::Truncated);
            };
            return match u16::from_be_bytes([*h1, *h0]) {
                0 => Err(Error::Damaged("the image has no pixels")),
                height => Ok(u32::from(height)),
            };
        }
        if marker.is_standalone() {
            continue;
        }
        // DNL must directly follow the first scan, whose data contains no markers except RST. So
        // any other segment ends the search.
        if is_after_scan {
            break;
        }
        is_after_scan = marker.code == SOS;
        at += 2 + marker.segment(bytes)?.len();
    }
    Err(Error::Damaged("the JPEG does not state its height"))
}

const fn unsupported_process(code: u8) -> &'static str {
    match code {
        0xc3 => "lossless JPEG is not supported",
        0xc5..=0xc7 => "hierarchical JPEG is not supported",
        _ => "arithmetic-coded JPEG is not supported",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a file with a frame header of 300 x `height` pixels and these sampling factors.
    fn file(height: u16, factors: &[u8], rest: &[u8]) -> Vec<u8> {
        let mut bytes = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xff\xc2\0".to_vec();
        bytes.extend([8 + 3 * factors.len() as u8, 8]);
        bytes.extend(height.to_be_bytes());
        bytes.extend([1, 44, factors.len() as u8]);
        bytes.extend(factors.iter().flat_map(|factors| [1, *factors, 0]));
        bytes.extend(rest);
        bytes
    }

    #[test]
    fn the_frame_header_is_found_after_other_segments() {
        let frame = Frame::find(&file(200, &[0x21, 0x11, 0x11], b"")).unwrap();
        assert_eq!((frame.width, frame.height), (300, 200));
        assert!(frame.is_progressive);
        let widths: Vec<_> = frame.components.iter().map(|it| it.width).collect();
        assert_eq!(widths, [300, 150, 150]);
    }

    #[test]
    fn a_header_that_is_cut_short_is_truncated() {
        let whole = file(200, &[0x11], b"");
        for length in 2..whole.len() {
            assert_eq!(Frame::find(&whole[..length]), Err(Error::Truncated));
        }
    }

    #[test]
    fn an_invalid_factor_is_damaged_and_a_fractional_ratio_is_unsupported() {
        let find = |factors: &[u8]| Frame::find(&file(200, factors, b"")).unwrap_err();
        for factors in [0x01, 0x10, 0x51, 0x15] {
            assert!(matches!(find(&[factors, 0x11, 0x11]), Error::Damaged(_)));
        }
        assert!(matches!(find(&[0x31, 0x21, 0x11]), Error::Unsupported(_)));
        assert!(Frame::find(&file(200, &[0x33], b"")).is_ok());
    }

    #[test]
    fn a_height_of_zero_is_looked_up_after_the_first_scan() {
        let scan = b"\xff\xda\0\x08\x01\x01\0\0\0\0data\xff\0data\xff\xd0data".as_slice();
        let height = |parts: &[&[u8]]| {
            let frame = Frame::find(&file(0, &[0x11], &parts.concat()));
            frame.map(|frame| frame.height)
        };
        let stated = b"\xff\xdc\0\x04\x01\x02".as_slice();
        assert_eq!(height(&[scan, stated]), Ok(258));
        for parts in [
            &[scan][..],
            &[scan, b"\xff\xd9", stated],
            &[scan, scan, stated],
            &[stated, scan],
            &[scan, b"\xff\xdc\0\x04\0\0"],
        ] {
            assert!(matches!(height(parts), Err(Error::Damaged(_))), "{parts:?}");
        }
    }
}
