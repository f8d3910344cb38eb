//! Conversion of samples in any color space to 8-bit sRGB.
//!
//! The most specific color information wins. For PNG, the order is that of its specification (third
//! edition, section 4.3): cICP, iCCP, sRGB, gAMA with cHRM. For HEIC and AVIF, the ICC profile takes
//! precedence over the code points (ITU-T H.273). For other formats, only the ICC profile counts.
//! Without any color information, RGB samples count as sRGB, gray samples follow the sRGB curve,
//! and CMYK samples are converted as in browsers.
//!
//! The rendering intent is perceptual, whatever a profile's header asks for. For matrix profiles
//! (nearly every camera, phone and screen) all intents are the same. Table profiles, such as those
//! for printing, have a perceptual table. It maps paper white to white and full ink to black, so
//! shadows stay distinct. A profile that has only the colorimetric table, or stores it in the place
//! of the perceptual one, gets black point compensation instead.
//!
//! 16-bit samples are converted at 16 bits and then rounded to 8 bits.

mod black_point;
mod convert;
mod converter;
mod declared;
mod ignored;
mod transform;

pub(crate) use converter::ColorConverter;
