//! A JPEG decoder that produces the same pixels as libjpeg-turbo.
//!
//! The decoder reads baseline, extended and progressive Huffman-coded JPEG (ITU-T T.81) at 8 bits,
//! with up to 500 scans, restart markers, DNL segments, and the color models that JFIF and Adobe
//! define. The horizontal sampling factor of every component must divide the largest horizontal
//! factor, and the vertical one the largest vertical factor. The inverse transform (`islow`),
//! upsampling ("fancy") and color conversion match libjpeg bit for bit.
//!
//! Unlike libjpeg, the decoder never invents pixels: data that ends before the last pixel is an
//! error. The decoder reads nothing after the last pixel, so a missing end marker is not an error.
//!
//! The decoder performs no I/O, allocates no sample buffers before the headers are read, and
//! contains no unsafe code.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod band;
mod bits;
mod block;
mod coefficients;
mod color;
mod decoder;
mod entropy;
mod error;
mod frame;
mod huffman;
mod idct;
pub mod marker;
mod progressive;
mod scan;
mod scan_budget;
mod segments;
mod sequential;
mod standard_tables;
mod tables;
mod upsample;
mod window;
mod zigzag;

pub use band::Band;
pub use color::ColorModel;
pub use decoder::{Damage, Decoder, Plane};
pub use error::{Error, Result};
pub use frame::{Component, Frame};
