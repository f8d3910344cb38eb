//! The interface of a source format.

use super::decoding_memory::DecodingMemory;
use super::header::Header;
use crate::Rejection;
use crate::animation::FrameSource;
use crate::decoded::{Channels, Decoded, DecodedPlanes};
use crate::geometry::Orientation;
use crate::metadata::MetadataScan;

/// A function that opens the frames of an animation without decoding any of them.
pub(super) type OpenFrames = for<'a> fn(&'a [u8]) -> Result<Box<dyn FrameSource + 'a>, Rejection>;

/// A function that counts the frames of a file.
pub(super) type CountFrames = fn(&[u8], &Header, u32) -> Result<u32, Rejection>;

/// The functions that decode a still image to planes.
pub(super) struct PlaneDecoder {
    /// Returns the channels of the decoded image; `None` if this file cannot be decoded to planes.
    pub(super) channels: fn(&[u8]) -> Option<Channels>,
    /// Estimates the memory for decoding to planes.
    pub(super) memory: fn(&[u8]) -> Result<DecodingMemory, Rejection>,
    /// Decodes to upright planes.
    pub(super) decode: fn(&[u8], Orientation) -> Result<DecodedPlanes, Rejection>,
}

/// A source format: its names, and the functions that read its files.
///
/// Every function takes the bytes of a whole file. Every function except `matches` expects a file
/// for which `matches` returns `true`.
pub(super) struct Format {
    /// The name in manifests and settings, such as `"jpeg"`.
    pub(super) name: &'static str,
    /// The media types. The registered one comes first.
    pub(super) content_types: &'static [&'static str],
    /// Returns whether a file begins with the format's signature.
    pub(super) matches: fn(&[u8]) -> bool,
    /// Reads the size and the frame count from the header. Counting stops at one frame more than the
    /// second argument.
    pub(super) read_header: fn(&[u8], u32) -> Result<Header, Rejection>,
    /// Counts the frames, up to one more than the last argument, after the size was checked. `None` if
    /// `read_header` counts them.
    pub(super) count_frames: Option<CountFrames>,
    /// Estimates the memory for decoding. The estimate is never much more than decoding needs.
    pub(super) decoding_memory: fn(&[u8], &Header) -> Result<DecodingMemory, Rejection>,
    /// Scans for metadata. Damaged parts are skipped.
    pub(super) scan_metadata: fn(&[u8], &mut MetadataScan),
    /// Decodes a still image, or the first frame of an animation.
    pub(super) decode: fn(&[u8], &Header) -> Result<Decoded, Rejection>,
    /// Decodes still images to planes; `None` if the format is always decoded to interleaved pixels.
    pub(super) planes: Option<PlaneDecoder>,
    /// Opens the frames of an animation; `None` if only still images of the format are supported.
    pub(super) open_frames: Option<OpenFrames>,
}
