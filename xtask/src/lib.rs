//! Checks of this repository's structure and language.
//!
//! The binary (`cargo xtask`) prints their reports. The tests enforce their limits.

pub mod crates;
pub mod language;
pub mod links;
pub mod recipes;
pub mod structure;
pub mod unsafe_code;

mod files;
mod headings;
mod source;
