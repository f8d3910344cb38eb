//! The only interface to libwebp, which is C: our own pixels go in, a file comes out.

mod config;
mod encoder;
mod error;
mod image;
mod planes;

pub(super) use config::Config;
pub(super) use encoder::Encoder;
