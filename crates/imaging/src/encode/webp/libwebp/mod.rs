//! The only interface to libwebp, which is written in C. It takes pixels and returns a file.

mod config;
mod encoder;
mod error;
mod image;
mod planes;

pub(super) use config::Config;
pub(super) use encoder::Encoder;
