//! Checks of the files that a render process returns.
//!
//! The parent does not decode a variant, but it knows exactly which parts the file of a variant may
//! have. If an image has taken over its render process, the worst that the process can return is a
//! different image. It cannot return metadata, a page that a browser would run, or anything after
//! the end of an image.

mod bytes;
mod check;
mod jpeg;
mod png;
mod webp;

pub(crate) use check::check;

/// The size of an image in pixels: width and height.
type Size = (u32, u32);

/// The description of a violation.
type Violation = &'static str;

/// The parts that the file of a variant may have.
#[derive(Debug, Clone, Copy)]
struct Allowed {
    profile: bool,
    animation: bool,
}
