//! A lossy encoder of VP8 key frames, as specified by [RFC 6386]: the images of lossy WebP files.
//!
//! It takes planes Y, U and V with 4:2:0 subsampling and returns the bytes of a frame, which is the payload
//! of a `VP8 ` chunk. It never converts colors, resizes, or writes containers, and it has no decoder, no
//! frames that depend on others, and no alpha.
//!
//! Equal planes and options give equal bytes on every machine: the encoder computes with integers
//! only, and its SIMD kernels, chosen at run time, return what the portable ones return.
//!
//! # Example
//!
//! ```
//! use vp8_keyframe::{Encoder, EncoderOptions, Planes};
//!
//! let (y, u, v) = ([90; 32 * 20], [128; 16 * 10], [140; 16 * 10]);
//! let planes = Planes {
//!     y: &y,
//!     u: &u,
//!     v: &v,
//!     y_stride: 32,
//!     u_stride: 16,
//!     v_stride: 16,
//!     width: 32,
//!     height: 20,
//! };
//! let options = EncoderOptions { quality: 85, ..EncoderOptions::default() };
//! let frame = Encoder::new(options)?.encode(&planes)?;
//! assert_eq!(frame[3..6], [0x9d, 0x01, 0x2a]);
//! # Ok::<(), vp8_keyframe::Error>(())
//! ```
//!
//! # How a frame is encoded
//!
//! 1. A sample of macroblocks is grouped by activity into up to four segments, whose quantizers differ
//!    (section 9.3).
//! 2. Each macroblock is predicted, transformed, quantized and reconstructed once (sections 12 to 14), and its
//!    tokens are recorded and counted.
//! 3. Token probabilities follow from the counts (section 13.4). Then all symbols are written, rows of
//!    macroblocks in turn to two partitions (section 9.5), which are encoded at the same time.
//!
//! Memory beside the planes: the tokens, 2 bytes each, 24 bytes and the output per macroblock, and one row of
//! samples.
//!
//! [RFC 6386]: https://www.rfc-editor.org/rfc/rfc6386
#![warn(missing_docs)]

mod bool_encoder;
mod borders;
mod cost;
mod effort;
mod encoder;
mod error;
mod header;
mod kernels;
mod macroblock;
mod mode_budget;
mod modes;
mod options;
mod partitions;
mod planes;
mod probabilities;
mod quantization;
mod search;
mod segments;
mod source;
mod tables;
#[cfg(test)]
mod tests;
mod token_symbols;
mod tokens;
mod trellis;
mod tuning;
mod walsh;

pub use encoder::{Encoder, Progress};
pub use error::Error;
pub use options::EncoderOptions;
pub use planes::{MAX_DIMENSION, Planes};
