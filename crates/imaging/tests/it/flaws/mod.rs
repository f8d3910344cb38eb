//! Files with flaws that other readers accept, and the pixels that those readers show.

mod exif;
mod gif;
mod png;
mod png_color;
mod webp;

use darkroom_imaging::{NoteCode, Rejection, RejectionCode, Rendered, render};
use image::RgbaImage;

use crate::images::decoded;
use crate::recipes::lossless;

fn rendered(bytes: &[u8]) -> Rendered {
    render(bytes, &lossless()).unwrap()
}

/// Returns the pixels of a file that is accepted without a note.
fn unnoted(bytes: &[u8]) -> RgbaImage {
    let rendered = rendered(bytes);
    assert_eq!(rendered.notes, []);
    decoded(&rendered.variants[0])
}

/// Returns the pixels of a file that is accepted with a note of damage.
fn noted(bytes: &[u8]) -> RgbaImage {
    let rendered = rendered(bytes);
    let codes: Vec<_> = rendered.notes.iter().map(|note| note.code).collect();
    assert_eq!(codes, [NoteCode::Damaged]);
    decoded(&rendered.variants[0])
}

fn rejected(bytes: &[u8]) -> Rejection {
    render(bytes, &lossless()).unwrap_err()
}

fn assert_corrupt(bytes: &[u8], name: &str) {
    assert_eq!(rejected(bytes).code, RejectionCode::Corrupt, "{name}");
}
