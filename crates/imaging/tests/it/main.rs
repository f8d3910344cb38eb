//! Rendering and inspection from the outside, on pictures made by code and, where it is at hand,
//! on the corpus of real ones (`DARKROOM_CORPUS`).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests: they fail by panicking, and say what they skip"
)]

mod allocation;
mod animation;
mod bombs;
mod canary;
mod ciede2000;
mod colour;
mod corpus;
mod encodings;
mod heif;
mod metadata;
mod oracle;
mod pictures;
mod pngsuite;
mod real_photos;
mod recipes;
mod sizes;
mod totality;
mod upright;
