//! The choice of the color transform for an image.

use super::ignored::Ignored;
use super::transform::Transform;
use super::{convert, declared};
use crate::decoded::{Decoded, SampleSpec};
use crate::pixels::Pixels;
use crate::{Note, NoteCode, Rejection};

/// A converter to sRGB for the samples of one image, or of all frames of an animation.
pub(crate) struct ColorConverter {
    /// `None` if the samples are sRGB already, or are CMYK without a usable profile.
    transform: Option<Transform>,
    /// The embedded profile, if it is used and is an RGB profile.
    rgb_profile: Option<Vec<u8>>,
}

impl ColorConverter {
    /// Creates the converter for samples with the embedded profile `icc`, if there is one.
    ///
    /// Unusable color code points (ITU-T H.273) and an unusable color profile are ignored with a
    /// note, and less specific information takes their place.
    pub(crate) fn new(spec: &SampleSpec, icc: Option<&[u8]>, notes: &mut Vec<Note>) -> Self {
        let mut ignore = |ignored: Ignored| {
            notes.push(Note {
                code: NoteCode::IccIgnored,
                message: ignored.to_string(),
            });
        };
        if let Some(points) = spec.declared_color.code_points {
            match declared::from_code_points(points, spec) {
                Ok(transform) => return Self::without_profile(transform),
                Err(ignored) => ignore(ignored),
            }
        }
        if let Some(icc) = icc {
            match Transform::from_icc(icc, spec) {
                Ok(transform) => {
                    return Self {
                        transform,
                        rgb_profile: spec.channels.is_rgb().then(|| icc.to_vec()),
                    };
                }
                Err(ignored) => ignore(ignored),
            }
        }
        Self::without_profile(declared::from_gamma(spec))
    }

    const fn without_profile(transform: Option<Transform>) -> Self {
        Self {
            transform,
            rgb_profile: None,
        }
    }

    /// Returns the embedded ICC profile if it is used and the samples are red, green and blue.
    pub(crate) fn rgb_profile(&self) -> Option<&[u8]> {
        self.rgb_profile.as_deref()
    }

    /// Returns whether the samples are sRGB already.
    pub(crate) const fn is_identity(&self) -> bool {
        self.transform.is_none()
    }

    /// Converts an image to sRGB and frees its samples.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn to_srgb(&self, decoded: Decoded) -> Result<Pixels, Rejection> {
        convert::convert(decoded, self.transform.as_ref())
    }

    /// Returns an image in its own color space, at 8 bits per sample.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn unconverted(&self, decoded: &Decoded) -> Result<Pixels, Rejection> {
        convert::convert(decoded.clone(), None)
    }
}
