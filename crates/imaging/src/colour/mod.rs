//! From the samples of any colour space to 8-bit sRGB.

mod convert;
mod space;

use crate::decode::Decoded;
use crate::pixels::Pixels;
use crate::{Note, NoteCode, Rejection};
use space::Space;

/// Converts a decoded picture to sRGB; the samples are used up.
///
/// An ICC profile that cannot be read or does not fit the samples is ignored with a note.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn to_srgb(
    decoded: Decoded,
    icc: Option<&[u8]>,
    notes: &mut Vec<Note>,
) -> Result<Pixels, Rejection> {
    let space = match Space::of(&decoded, icc) {
        Ok(space) => space,
        Err(ignored) => {
            notes.push(Note {
                code: NoteCode::IccIgnored,
                message: ignored.to_string(),
            });
            Space::without_profile(&decoded)
        }
    };
    convert::convert(decoded, &space)
}
