//! A lossy encoder of VP8 key frames, as specified by [RFC 6386]: the images of lossy WebP files.
//!
//! The input is three planes (Y, U and V, with 4:2:0 subsampling). The output is one frame, which
//! is the payload of a `VP8 ` chunk. The crate does not convert colors, resize, write containers,
//! or decode. It has no alpha and no frames that depend on other frames.
//!
//! The same planes and options give the same bytes on every machine. The encoder uses only integer
//! arithmetic. SIMD kernels are chosen at run time, and return exactly the same values as the
//! portable kernels.
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
//! 1. Macroblocks are grouped by activity into up to four segments with different quantizers
//!    (section 9.3). A sample of macroblocks determines the segments.
//! 2. Each macroblock is predicted, transformed, quantized and reconstructed (sections 12 to
//!    14), and its tokens are recorded and counted. From effort 5 on, this is done twice.
//! 3. The counts determine the token probabilities (section 13.4). Then the tokens are written to
//!    two partitions (section 9.5), one for the even and one for the odd rows of macroblocks. One
//!    thread encodes both alternately, because a processor can execute the steps of both at the
//!    same time. If the first is too large for its size field, there is only one. The modes are
//!    in a partition of their own.
//!
//! Besides the planes, the encoder needs memory for the tokens (2 bytes per token), for the modes
//! (24 bytes per macroblock), for one row of samples, and for the output.
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
mod instruction_set;
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

pub use encoder::Encoder;
pub use error::Error;
pub use instruction_set::InstructionSet;
pub use options::EncoderOptions;
pub use planes::{MAX_DIMENSION, Planes};
