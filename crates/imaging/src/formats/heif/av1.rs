//! AV1 images (AV1 Bitstream and Decoding Process Specification), decoded by `oxideav-av1`.

use std::borrow::Cow;

use oxideav_av1::decoder::{SpecDecodeSession, SpecFrame};
use oxideav_av1::sequence_header::{SequenceHeader, parse_sequence_header};
use oxideav_av1::{ObuIter, ObuType};

use super::frame::{Frame, chroma_size};
use super::parameters::Parameters;
use super::signal::Signal;
use super::work::DecodingSpeed;
use crate::Rejection;
use crate::geometry::Size;
use crate::pixels::probe;

/// The maximum number of frames in an image: AVIF allows four layers (AVIF 1.1, 2.3.2.3).
const MAX_FRAMES: usize = 4;
/// The maximum number of bytes of a configuration record that are read. It is enough for every
/// sequence header, and it bounds the size of the copies that are made for the tiles of a grid.
const MAX_RECORD: usize = 1024;
/// The maximum memory in bytes per pixel for the state of blocks, in addition to the samples.
const BYTES_PER_PIXEL: u64 = 4;
/// The maximum memory in bytes per sample: the planes before and after each filter, and the result.
const BYTES_PER_SAMPLE: u64 = 8;

/// The speed of the decoder, which has no SIMD.
pub(super) const SPEED: DecodingSpeed = DecodingSpeed {
    nanoseconds_per_pixel: 160,
    nanoseconds_per_byte: 145,
};

/// A decoder configuration record (`av1C`, AV1 in ISOBMFF, 2.3) with the parameters of its image.
pub(super) struct Configuration {
    header: SequenceHeader,
    /// The open bitstream units (OBUs) in the record. They are decoded first if the image has no
    /// sequence header.
    units: Vec<u8>,
}

impl Configuration {
    /// Reads the record of an image with this content.
    ///
    /// # Errors
    /// `corrupt`.
    pub(super) fn read(record: &[u8], content: &[u8]) -> Result<Self, Rejection> {
        let units = record
            .get(4..record.len().min(MAX_RECORD))
            .ok_or_else(|| Rejection::corrupt("the parameters of the image are truncated"))?;
        let header = sequence_header(content).or_else(|| sequence_header(units));
        let header = header
            .ok_or_else(|| Rejection::corrupt("the image has no sequence header"))?
            .map_err(|_| Rejection::corrupt("the sequence header of the image is damaged"))?;
        Ok(Self {
            header,
            units: units.to_vec(),
        })
    }

    /// Returns the parameters of the image.
    pub(super) fn parameters(&self) -> Parameters {
        parameters(&self.header)
    }

    /// Returns the maximum memory in bytes that decoding needs.
    pub(super) fn memory(&self) -> u64 {
        memory(&self.parameters())
    }

    /// Decodes an image. Its size and sample format must equal those of `expected`.
    ///
    /// # Errors
    /// `corrupt` or `out_of_memory`.
    pub(super) fn decode(&self, content: &[u8], expected: &Self) -> Result<Frame, Rejection> {
        let units = match sequence_header(content) {
            Some(_) => Cow::Borrowed(content),
            None => Cow::Owned([&self.units, content].concat()),
        };
        let expected = expected.parameters();
        check(&units, &expected)?;
        probe::<u8>(memory(&expected))?;
        let max_pixels = u32::try_from(expected.size.area()).map_err(|_| different())?;
        let mut session = SpecDecodeSession::new();
        session.set_threads(1);
        session.set_max_picture_size(max_pixels);
        let frames = session
            .decode_temporal_unit(&units)
            .map_err(|_| Rejection::corrupt("the image is damaged"))?;
        // The last layer is the best one.
        let frame = frames.into_iter().next_back();
        let frame = frame.ok_or_else(|| Rejection::corrupt("the image is incomplete"))?;
        planes(frame, &expected)
    }
}

/// Parses the first sequence header; `None` if there is none before the first frame.
fn sequence_header(units: &[u8]) -> Option<Result<SequenceHeader, oxideav_av1::Error>> {
    ObuIter::new(units)
        .map_while(Result::ok)
        .take_while(|unit| !is_frame(unit.obu_type))
        .find(|unit| unit.obu_type == ObuType::SequenceHeader)
        .map(|unit| parse_sequence_header(unit.payload))
}

const fn is_frame(unit: ObuType) -> bool {
    matches!(unit, ObuType::Frame | ObuType::FrameHeader)
}

fn parameters(header: &SequenceHeader) -> Parameters {
    let color = &header.color_config;
    let size = Size::new(
        header.max_frame_width_minus_1.saturating_add(1),
        header.max_frame_height_minus_1.saturating_add(1),
    );
    let chroma_format = match (color.subsampling_x, color.subsampling_y) {
        _ if color.mono_chrome => 0,
        (true, true) => 1,
        (true, false) => 2,
        (false, _) => 3,
    };
    let points = [
        color.color_primaries,
        color.transfer_characteristics,
        color.matrix_coefficients,
    ];
    Parameters {
        coded_size: size,
        size,
        chroma_format,
        bit_depth: [color.bit_depth; 2],
        signal: Signal::new(points, color.color_range),
    }
}

/// Checks everything that determines the cost of decoding: the parameters in every sequence header, and
/// the number of frames.
fn check(units: &[u8], expected: &Parameters) -> Result<(), Rejection> {
    let mut frames = 0;
    for unit in ObuIter::new(units) {
        let unit = unit.map_err(|_| Rejection::corrupt("the image is truncated"))?;
        if unit.obu_type == ObuType::SequenceHeader {
            let header = parse_sequence_header(unit.payload).map_err(|_| different())?;
            let signal = expected.signal;
            if (Parameters {
                signal,
                ..parameters(&header)
            }) != *expected
            {
                return Err(different());
            }
        }
        frames += usize::from(is_frame(unit.obu_type));
    }
    if frames > MAX_FRAMES {
        return Err(Rejection::corrupt(format!(
            "the image has more than {MAX_FRAMES} layers"
        )));
    }
    Ok(())
}

fn different() -> Rejection {
    Rejection::corrupt("the image differs from what its header states")
}

/// Returns the maximum memory in bytes that decoding needs.
fn memory(parameters: &Parameters) -> u64 {
    let area = parameters.size.area();
    let chroma = chroma_size(parameters.size, parameters.chroma_format).area();
    (area + 2 * chroma) * BYTES_PER_SAMPLE + area * BYTES_PER_PIXEL
}

/// Converts the planes of a decoded frame, and checks their sizes and depth.
fn planes(frame: SpecFrame, expected: &Parameters) -> Result<Frame, Rejection> {
    let chroma = chroma_size(expected.size, expected.chroma_format);
    let sizes = [expected.size, chroma, chroma];
    let count = if expected.chroma_format == 0 { 1 } else { 3 };
    let stated = frame
        .plane_dims
        .iter()
        .map(|(width, height)| Size::new(*width, *height));
    if frame.planes.len() != count
        || !stated.eq(sizes.iter().copied().take(count))
        || frame.bit_depth != expected.bit_depth[0]
    {
        return Err(different());
    }
    let mut planes = [const { Vec::new() }; 3];
    for ((plane, bytes), size) in planes.iter_mut().zip(frame.planes).zip(sizes) {
        *plane = if frame.bit_depth == 8 {
            bytes.into_iter().map(u16::from).collect()
        } else {
            let pairs = bytes.as_chunks().0.iter();
            pairs.copied().map(u16::from_le_bytes).collect()
        };
        if plane.len() as u64 != size.area() {
            return Err(different());
        }
    }
    Ok(Frame {
        widths: sizes.map(|size| size.width),
        heights: sizes.map(|size| size.height),
        planes,
        bit_depth: expected.bit_depth,
        chroma_format: expected.chroma_format,
    })
}

#[cfg(test)]
mod tests {
    use darkroom_testkit::fixture::avif;
    use sha2::{Digest, Sha256};

    use super::super::image::Image;
    use super::super::items::Items;

    /// Returns the SHA-256 of all samples as 16-bit integers.
    fn digest(file: &[u8]) -> String {
        let items = Items::read(file).unwrap();
        let image = Image::read(&items, items.primary).unwrap();
        let frame = image.frame(&items).unwrap();
        let samples: Vec<u8> = frame
            .planes
            .concat()
            .into_iter()
            .flat_map(u16::to_le_bytes)
            .collect();
        hex::encode(Sha256::digest(samples))
    }

    #[test]
    fn planes_equal_those_of_dav1d() {
        // The digests of the samples that `avifdec -c dav1d` writes as Y4M.
        for (file, expected) in [
            (
                avif::YUV_420,
                "306a5bd5ceff1b7ca411923b84eee35064b5a1f8b6c93fa075ae0536e1e36ed3",
            ),
            (
                avif::YUV_422_TEN_BITS,
                "2a35444e81fc4ede4deca071855a41789e5aec108524ad75320825178658a2bb",
            ),
            (
                avif::YUV_444_TWELVE_BITS,
                "cb9b32056f4cc3fed845745a13adfdb8fef9d4c1c7f6e61a34205a0d3f00e574",
            ),
            (
                avif::GRAIN,
                "04d73cab29d07bfd0f9f04c48a30369c60b355b8c5f18c961e360330b34c6c63",
            ),
        ] {
            assert_eq!(digest(file), expected);
        }
    }
}
