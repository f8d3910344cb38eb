//! Everything in a file that is not its pixels.

mod kind;

pub use kind::MetadataKind;
