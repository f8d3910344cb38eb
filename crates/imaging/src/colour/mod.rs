//! From the samples of any colour space to 8-bit sRGB.
//!
//! What says most about the colours wins: for PNG in the order of its specification (third
//! edition, section 4.3) cICP, iCCP, sRGB, gAMA with cHRM; elsewhere the ICC profile. A picture
//! that says nothing is sRGB, a grey one grey on the sRGB curve, and CMYK is ink that takes its
//! share of the light from white paper, as browsers show it.
//!
//! The rendering intent is perceptual, whatever a profile's header asks for. Between profiles of
//! primaries and curves (nearly every camera, phone and screen) all intents are the same. Profiles
//! with tables, such as those for printing, carry a perceptual table in which their maker maps the
//! whole range from paper white to full ink: black comes out black and shadows stay apart, which
//! relative colorimetric would need black point compensation for.
//!
//! 16-bit samples go through the engine as 16 bits and are rounded to 8 after it.

mod convert;
mod engine;
mod png;

use crate::decode::{Channels, Decoded};
use crate::pixels::Pixels;
use crate::{Note, NoteCode, Rejection};
use engine::Engine;

/// How the samples of one picture become colours.
pub(crate) struct Colours {
    /// `None` where samples are sRGB already.
    engine: Option<Engine>,
    /// The profile in force, if it is one for red, green and blue.
    profile: Option<Vec<u8>>,
}

/// Why something that a file says about its colours is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Ignored {
    #[error("the embedded colour profile cannot be read")]
    Unreadable,
    #[error("the embedded colour profile is for other channels than the picture has")]
    OtherChannels,
    #[error("the embedded colour profile cannot be converted to sRGB")]
    NoTransform,
    #[error("the colour space that the cICP chunk states is not known here, or is for HDR")]
    CodePoints,
}

impl Colours {
    /// Decides what the samples of a picture mean; `icc` is its embedded profile.
    ///
    /// What cannot be followed is ignored with a note, and what says less takes its place.
    pub(crate) fn of(decoded: &Decoded, icc: Option<&[u8]>, notes: &mut Vec<Note>) -> Self {
        let mut ignore = |ignored: Ignored| {
            notes.push(Note {
                code: NoteCode::IccIgnored,
                message: ignored.to_string(),
            });
        };
        if let Some(points) = decoded.declared.code_points {
            match png::code_points(points, decoded) {
                Ok(engine) => return Self::without_profile(engine),
                Err(ignored) => ignore(ignored),
            }
        }
        if let Some(icc) = icc {
            match Engine::of_icc(icc, decoded) {
                Ok(engine) => {
                    let is_rgb = matches!(decoded.channels, Channels::Rgb | Channels::Rgba);
                    return Self {
                        engine,
                        profile: is_rgb.then(|| icc.to_vec()),
                    };
                }
                Err(ignored) => ignore(ignored),
            }
        }
        Self::without_profile(png::gamma(decoded))
    }

    fn without_profile(engine: Option<Engine>) -> Self {
        Self {
            engine,
            profile: None,
        }
    }

    /// The ICC profile by which red, green and blue samples are to be understood, if there is one.
    pub(crate) fn profile(&self) -> Option<&[u8]> {
        self.profile.as_deref()
    }

    /// The picture in sRGB; its samples are used up.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn to_srgb(&self, decoded: Decoded) -> Result<Pixels, Rejection> {
        convert::convert(decoded, self.engine.as_ref())
    }

    /// The picture in its own colour space, at 8 bits.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn untouched(&self, decoded: &Decoded) -> Result<Pixels, Rejection> {
        convert::convert(decoded.clone(), None)
    }
}
