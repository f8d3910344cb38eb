//! The codecs of coded images.

use std::borrow::Cow;

#[cfg(feature = "avif")]
use super::av1;
use super::brand::Coding;
use super::frame::Frame;
use super::hevc;
use super::items::Items;
use super::parameters::Parameters;
use super::work::DecodingSpeed;
use crate::Rejection;

/// The configuration of the decoder of a coded image.
pub(super) enum Codec {
    Hevc(Box<hevc::Configuration>),
    #[cfg(feature = "avif")]
    Av1(av1::Configuration),
}

impl Codec {
    /// Reads the configuration of a coded image. The content of the image is read only if the codec
    /// is AV1.
    ///
    /// # Errors
    /// `corrupt`, or `unsupported_format` for a codec or profile that is not supported.
    pub(super) fn read<'a>(
        items: &Items<'_>,
        id: u32,
        content: impl FnOnce() -> Result<Cow<'a, [u8]>, Rejection>,
    ) -> Result<Self, Rejection> {
        let record = Self::record(items, id);
        let record =
            record.ok_or_else(|| Rejection::corrupt("the image has no decoder configuration"))?;
        match items.coding {
            Coding::Hevc | Coding::Unsupported(_) => {
                let configuration = hevc::Configuration::read(record)?;
                Ok(Self::Hevc(Box::new(configuration)))
            }
            #[cfg(feature = "avif")]
            Coding::Av1 => av1::Configuration::read(record, &content()?).map(Self::Av1),
            #[cfg(not(feature = "avif"))]
            Coding::Av1 => {
                drop(content);
                Err(Rejection::unsupported(
                    "this is an AVIF image, which this build of Darkroom does not support",
                ))
            }
        }
    }

    /// Returns the configuration record of a coded image.
    pub(super) fn record<'a>(items: &Items<'a>, id: u32) -> Option<&'a [u8]> {
        items.property(id, items.coding.record_code())
    }

    /// Returns the parameters of the image.
    ///
    /// # Errors
    /// `corrupt`, or `unsupported_format` for a kind of bitstream that is not supported.
    pub(super) fn parameters(&self) -> Result<Parameters, Rejection> {
        match self {
            Self::Hevc(configuration) => configuration.parameters(),
            #[cfg(feature = "avif")]
            Self::Av1(configuration) => Ok(configuration.parameters()),
        }
    }

    /// Returns the maximum memory in bytes that decoding needs.
    ///
    /// # Errors
    /// `corrupt` if the configuration states no parameters.
    pub(super) fn memory(&self) -> Result<u64, Rejection> {
        match self {
            Self::Hevc(configuration) => configuration.memory(),
            #[cfg(feature = "avif")]
            Self::Av1(configuration) => Ok(configuration.memory()),
        }
    }

    /// Returns the speed of the decoder, as measured with noise.
    pub(super) const fn speed(&self) -> DecodingSpeed {
        match self {
            Self::Hevc(_) => hevc::SPEED,
            #[cfg(feature = "avif")]
            Self::Av1(_) => av1::SPEED,
        }
    }

    /// Decodes an image. Its size and sample format must equal those of `expected`.
    ///
    /// # Errors
    /// `corrupt`, `unsupported_format` or `out_of_memory`.
    pub(super) fn decode(&self, data: &[u8], expected: &Self) -> Result<Frame, Rejection> {
        match (self, expected) {
            (Self::Hevc(configuration), Self::Hevc(expected)) => {
                configuration.decode(data, expected)
            }
            #[cfg(feature = "avif")]
            (Self::Av1(configuration), Self::Av1(expected)) => configuration.decode(data, expected),
            #[cfg(feature = "avif")]
            _ => Err(Rejection::corrupt("the tiles of the image differ")),
        }
    }
}
