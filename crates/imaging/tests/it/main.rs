//! Tests of the public API, on generated images and, if available, on a corpus of real ones
//! (`DARKROOM_CORPUS`).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests fail by panicking and print what they skip"
)]

mod allocation;
mod animation;
#[cfg(feature = "avif")]
mod avif;
mod black_point;
mod bombs;
mod canary;
mod ciede2000;
mod color;
mod corpus;
mod duplicates;
mod encodings;
mod flaws;
mod heic;
mod images;
mod jpeg;
#[cfg(feature = "jxl")]
mod jxl;
#[cfg(feature = "jxl")]
mod libjxl;
mod memory;
mod metadata;
mod oracle;
mod output;
mod planes;
mod pngsuite;
mod real_photos;
mod recipes;
mod rights;
mod sizes;
mod totality;
mod upright;
