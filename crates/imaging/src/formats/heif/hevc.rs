//! HEVC images (ITU-T H.265), decoded by `heifer-hevc-dec`.

use heifer_hevc_dec::Error;
use heifer_hevc_dec::nal::{NalHeader, NalUnit};
use heifer_hevc_dec::params::{ParameterSets, Sps};
use heifer_hevc_dec::recon::{self, Reconstructor};
use heifer_hevc_dec::slice::SliceHeader;
use heifer_hevc_dec::syntax::{Picture, decode_slice_segment};

use super::frame::Frame;
use super::parameters::Parameters;
use super::signal::Signal;
use super::work::DecodingSpeed;
use crate::Rejection;
use crate::formats::fields::Fields;
use crate::geometry::Size;
use crate::pixels::probe;

/// The memory in bytes for the state of a block of 4 x 4 pixels, in addition to its samples.
const BYTES_PER_BLOCK: u64 = 32;

/// The speed of the decoder.
pub(super) const SPEED: DecodingSpeed = DecodingSpeed {
    nanoseconds_per_pixel: 25,
    nanoseconds_per_byte: 90,
};

/// A decoder configuration record (`hvcC`, ISO/IEC 14496-15, 8.3.3): parameter sets, and the size of the
/// length field in front of each NAL unit.
pub(super) struct Configuration {
    sets: ParameterSets,
    length_size: u8,
}

impl Configuration {
    /// Reads a record.
    ///
    /// # Errors
    /// `corrupt`, or `unsupported_format` for a profile that is not supported.
    pub(super) fn read(body: &[u8]) -> Result<Self, Rejection> {
        let mut sets = ParameterSets::default();
        let mut fields = Fields(body);
        let truncated = || Rejection::corrupt("the parameters of the image are truncated");
        let header = fields.bytes(22).ok_or_else(truncated)?;
        let length_size = (header[21] & 3) + 1;
        for _ in 0..fields.u8().ok_or_else(truncated)? {
            let _unit_type = fields.u8();
            for _ in 0..fields.u16().ok_or_else(truncated)? {
                let length = fields.u16().ok_or_else(truncated)?;
                let unit = fields.bytes(length.into()).ok_or_else(truncated)?;
                add_parameter_set(&mut sets, unit)?;
            }
        }
        Ok(Self { sets, length_size })
    }

    /// Returns the parameters of the image.
    ///
    /// # Errors
    /// `corrupt` if there are none; `unsupported_format` for separate color planes.
    pub(super) fn parameters(&self) -> Result<Parameters, Rejection> {
        let sps = self.sps()?;
        if sps.separate_colour_plane_flag {
            return Err(Rejection::unsupported(
                "HEVC with separate color planes is not supported",
            ));
        }
        let (width, height) = sps.output_size();
        Ok(Parameters {
            coded_size: coded_size(sps),
            size: Size::new(width, height),
            chroma_format: sps.chroma_format_idc,
            bit_depth: [sps.bit_depth_luma, sps.bit_depth_chroma],
            signal: signal(sps),
        })
    }

    /// Returns the maximum memory in bytes that decoding needs.
    ///
    /// # Errors
    /// `corrupt` if there are no parameters.
    pub(super) fn memory(&self) -> Result<u64, Rejection> {
        Ok(memory(self.sps()?))
    }

    fn sps(&self) -> Result<&Sps, Rejection> {
        let mut found = self.sets.sps.iter().flatten();
        found
            .next()
            .ok_or_else(|| Rejection::corrupt("the image has no sequence parameter set"))
    }

    /// Decodes an image. Its size and sample format must equal those of `expected`.
    ///
    /// # Errors
    /// `corrupt`, `unsupported_format` or `out_of_memory`.
    pub(super) fn decode(&self, data: &[u8], expected: &Self) -> Result<Frame, Rejection> {
        let expected = expected.sps()?;
        let mut sets = self.sets.clone();
        let mut units = units(data, self.length_size).peekable();
        while let Some(Ok((header, unit))) = units.peek() {
            if header.unit_type.is_slice() {
                break;
            }
            if header.layer_id == 0 {
                add_parameter_set(&mut sets, unit)?;
            }
            units.next();
        }
        let slices = units.filter(|unit| {
            let header = unit.as_ref().ok().map(|(header, _)| header);
            header.is_none_or(|header| header.unit_type.is_slice() && header.layer_id == 0)
        });
        decode_slices(slices, &sets, expected)
    }
}

/// Decodes the slices of the first image.
fn decode_slices<'a>(
    slices: impl Iterator<Item = Result<(NalHeader, &'a [u8]), Rejection>>,
    sets: &ParameterSets,
    expected: &Sps,
) -> Result<Frame, Rejection> {
    let mut state: Option<(Picture<'_>, Reconstructor<'_>, u8)> = None;
    let mut previous: Option<SliceHeader> = None;
    for slice in slices {
        let unit = NalUnit::parse(slice?.1).map_err(rejection)?;
        let is_first = unit.rbsp.first().is_some_and(|byte| byte & 0x80 != 0);
        if is_first && state.is_some() {
            break;
        }
        let header = SliceHeader::parse(&unit.rbsp, &unit.header, sets, previous.as_ref())
            .map_err(rejection)?;
        let id = header.slice_pic_parameter_set_id;
        let (picture, pixels, first_id) = match &mut state {
            Some(state) => state,
            None => {
                let (pps, sps) = sets.get(id.into()).map_err(rejection)?;
                check(sps, expected)?;
                state.insert((Picture::new(sps, pps), Reconstructor::new(sps, pps), id))
            }
        };
        if *first_id != id {
            return Err(Rejection::corrupt("the slices of the image disagree"));
        }
        pixels.start_slice(&header);
        let quantization = header.slice_qp_y(sets).map_err(rejection)?;
        let data = unit.rbsp.get(header.header_size..).unwrap_or_default();
        decode_slice_segment(picture, &header, quantization, data, pixels).map_err(rejection)?;
        if let Some(error) = pixels.error.take() {
            return Err(rejection(error));
        }
        // Without this check, slices that repeat parts of the image could take unlimited time.
        let (columns, rows) = picture.sps.pic_size_in_ctbs();
        if picture.decoded_ctbs >= columns * rows {
            break;
        }
        if !header.dependent_slice_segment_flag {
            previous = Some(header);
        }
    }
    match state {
        Some((picture, pixels, _)) if picture.is_complete() => {
            let sps = picture.sps;
            let frame = pixels.finish(false);
            let is_padded = sps.conf_win_offsets != [0; 4];
            Ok(owned(if is_padded { frame.cropped(sps) } else { frame }))
        }
        _ => Err(Rejection::corrupt("the image is incomplete")),
    }
}

/// Converts a frame of the decoder without copying its planes.
fn owned(frame: recon::Frame) -> Frame {
    Frame {
        widths: frame.widths,
        heights: frame.heights,
        planes: frame.planes,
        bit_depth: frame.bit_depth,
        chroma_format: frame.chroma_format,
    }
}

/// Checks that the parameters of an image equal those that the limits were checked against, and
/// that there is enough memory for the image.
fn check(sps: &Sps, expected: &Sps) -> Result<(), Rejection> {
    let facts = |sps: &Sps| {
        (
            coded_size(sps),
            sps.conf_win_offsets,
            sps.chroma_format_idc,
            sps.bit_depth_luma,
            sps.bit_depth_chroma,
        )
    };
    if facts(sps) != facts(expected) {
        return Err(Rejection::corrupt(
            "the image differs from what its header states",
        ));
    }
    probe::<u8>(memory(sps))
}

/// Returns the maximum memory in bytes that decoding needs: all planes at 16 bits, a copy (of the luma
/// plane for the last filter, or of all planes for the crop), and the state of each block.
fn memory(sps: &Sps) -> u64 {
    let area = coded_size(sps).area();
    let (x, y) = sps.chroma_subsampling();
    let chroma = match sps.chroma_format_idc {
        0 => 0,
        _ => 2 * area / u64::from(x * y),
    };
    2 * (area + chroma) * 2 + area / 16 * BYTES_PER_BLOCK
}

/// Returns the size of the coded image, including its padding.
const fn coded_size(sps: &Sps) -> Size {
    Size::new(
        sps.pic_width_in_luma_samples,
        sps.pic_height_in_luma_samples,
    )
}

/// Returns the signal in the video usability information.
fn signal(sps: &Sps) -> Signal {
    let vui = sps.vui.as_ref();
    vui.map_or(Signal::UNSPECIFIED, |vui| {
        let points = [
            vui.colour_primaries,
            vui.transfer_characteristics,
            vui.matrix_coeffs,
        ];
        Signal::new(points, vui.video_full_range_flag)
    })
}

fn add_parameter_set(sets: &mut ParameterSets, unit: &[u8]) -> Result<(), Rejection> {
    let unit = NalUnit::parse(unit).map_err(rejection)?;
    if unit.header.layer_id == 0 {
        sets.add(&unit).map_err(rejection)?;
    }
    Ok(())
}

/// Returns the NAL units in the content of an item, with their headers.
fn units(
    data: &[u8],
    length_size: u8,
) -> impl Iterator<Item = Result<(NalHeader, &[u8]), Rejection>> {
    let mut fields = Fields(data);
    std::iter::from_fn(move || {
        if fields.0.is_empty() {
            return None;
        }
        let unit = fields
            .integer(length_size)
            .and_then(|length| fields.bytes(usize::try_from(length).ok()?));
        let Some(unit) = unit else {
            fields = Fields::default();
            return Some(Err(Rejection::corrupt("the image is truncated")));
        };
        let header = NalHeader::parse(unit).map_err(rejection);
        Some(header.map(|header| (header, unit)))
    })
}

/// Returns the rejection for an error of the decoder. The decoder's messages do not quote bytes of the
/// file.
fn rejection(error: Error) -> Rejection {
    match error {
        Error::Unimplemented(_) => {
            Rejection::unsupported(format!("this kind of HEVC is not supported: {error}"))
        }
        _ => Rejection::corrupt(format!("the image is damaged: {error}")),
    }
}
