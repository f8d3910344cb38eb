//! The parameters of a coded image.

use super::signal::Signal;
use crate::geometry::Size;

/// The parameters of a coded image, as its bitstream states them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parameters {
    /// The size in pixels including padding.
    pub(super) coded_size: Size,
    /// The size in pixels without padding.
    pub(super) size: Size,
    /// The sampling of chroma, as in [`Frame::chroma_format`](super::frame::Frame::chroma_format).
    pub(super) chroma_format: u8,
    /// The bits per sample of luma and chroma.
    pub(super) bit_depth: [u8; 2],
    pub(super) signal: Signal,
}
