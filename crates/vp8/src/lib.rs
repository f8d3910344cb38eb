//! A lossy VP8 key-frame encoder (RFC 6386).

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
mod token_symbols;
mod tokens;
mod trellis;
mod tuning;
#[cfg(test)]
mod tests;
mod walsh;

pub use encoder::{Encoder, Progress};
pub use error::Error;
pub use options::EncoderOptions;
pub use planes::{MAX_DIMENSION, Planes};
