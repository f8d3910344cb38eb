//! Images as planes of luma and halved chroma, which is how VP8 codes them (RFC 6386, section 2).
//!
//! The samples are YCbCr as BT.601 defines it, in limited range: luma from 16 to 235, chroma from
//! 16 to 240. A chroma sample lies in the middle of a square of 2 x 2 pixels. JPEG (JFIF) has the
//! same matrix and the same siting, but uses the full range from 0 to 255. So the planes of most
//! JPEGs become those of a WebP by a change of the range alone.

mod chroma_axis;
mod chroma_filter;
mod crop;
mod from_rgb;
mod image;
mod range;
mod resample;
mod rows;
mod to_rgb;
mod upright_plane;
mod upright_writer;

pub(crate) use chroma_axis::ChromaAxis;
pub(crate) use chroma_filter::ChromaFilter;
pub(crate) use image::YuvImage;
pub(crate) use range::{NEUTRAL, limit_luma};
pub(crate) use upright_writer::UprightWriter;
