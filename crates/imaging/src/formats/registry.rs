//! The table of source formats.

use serde::{Deserialize, Serialize};

use super::decoding_memory::DecodingMemory;
use super::format::Format;
use super::header::Header;
use super::{gif, heif, jpeg, jxl, png, webp};
use crate::Rejection;
use crate::animation::AnimationDecoder;
use crate::decoded::{Channels, Decoded, DecodedPlanes};
use crate::geometry::{Orientation, Size};
use crate::metadata::MetadataScan;

/// Declares [`SourceFormat`] from a table of its variants and their [`Format`]s.
macro_rules! source_formats {
    ($($(#[$documentation:meta])* $variant:ident => $format:expr,)+) => {
        /// A source format, detected from the first bytes of a file.
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(rename_all = "lowercase")]
        pub enum SourceFormat {
            $($(#[$documentation])* $variant,)+
        }

        impl SourceFormat {
            /// All formats.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            const fn format(self) -> &'static Format {
                match self {
                    $(Self::$variant => &$format,)+
                }
            }
        }
    };
}

source_formats! {
    /// JPEG (ITU-T T.81): baseline, progressive, gray, CMYK; the first image of an MPO.
    Jpeg => jpeg::JPEG,
    /// PNG (W3C, third edition); the default image of an APNG.
    Png => png::PNG,
    /// GIF 87a and 89a, animated or not.
    Gif => gif::GIF,
    /// WebP (RFC 9649): lossy, lossless, animated.
    Webp => webp::WEBP,
    /// HEIF with HEVC images (ISO/IEC 23008-12): the primary image.
    Heic => heif::HEIC,
    /// AVIF, which is HEIF with AV1 images: the primary image.
    Avif => heif::AVIF,
    /// JPEG XL (ISO/IEC 18181), animated or not.
    Jxl => jxl::JXL,
}

impl SourceFormat {
    /// Returns the name in manifests and settings, such as `"jpeg"`.
    pub const fn name(self) -> &'static str {
        self.format().name
    }

    /// Returns the registered media type, such as `"image/jpeg"`.
    pub const fn content_type(self) -> &'static str {
        self.format().content_types[0]
    }

    /// Returns the format with this media type. Parameters and letter case do not matter.
    pub fn from_content_type(content_type: &str) -> Option<Self> {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        Self::ALL.iter().copied().find(|format| {
            let content_types = format.format().content_types;
            content_types
                .iter()
                .any(|known| known.eq_ignore_ascii_case(essence))
        })
    }

    /// Returns whether a file begins with the format's signature.
    pub(super) fn matches(self, bytes: &[u8]) -> bool {
        (self.format().matches)(bytes)
    }

    /// Reads the header of a file that [`sniff`](super::sniff) recognized as this format.
    ///
    /// Walks through the file to count its frames, and stops at one more than `max_frames`.
    ///
    /// # Errors
    /// `corrupt` if the header is truncated, inconsistent or states a size of zero;
    /// `unsupported_format` for a subformat that is not supported.
    pub(crate) fn read_header(self, bytes: &[u8], max_frames: u32) -> Result<Header, Rejection> {
        let header = (self.format().read_header)(bytes, max_frames)?;
        if header.width == 0 || header.height == 0 {
            return Err(Rejection::corrupt("the image has no pixels"));
        }
        Ok(header)
    }

    /// Adds the number of frames to a header if [`SourceFormat::read_header`] could not count them.
    /// The size in the header must have been checked.
    ///
    /// # Errors
    /// `corrupt` if a frame is truncated or damaged; `out_of_memory`.
    pub(crate) fn count_frames(
        self,
        bytes: &[u8],
        header: Header,
        max_frames: u32,
    ) -> Result<Header, Rejection> {
        let Some(count_frames) = self.format().count_frames else {
            return Ok(header);
        };
        Ok(Header {
            frames: count_frames(bytes, &header, max_frames)?,
            ..header
        })
    }

    /// Estimates the memory for decoding from the headers of a file.
    ///
    /// # Errors
    /// Those of [`SourceFormat::decode`] that depend on headers only.
    pub(crate) fn decoding_memory(
        self,
        bytes: &[u8],
        header: &Header,
    ) -> Result<DecodingMemory, Rejection> {
        (self.format().decoding_memory)(bytes, header)
    }

    /// Scans a file for metadata.
    ///
    /// A scan never fails: it skips damaged parts and continues after them if it can. Its time is
    /// linear in the size of the file. It allocates at most
    /// [`INFLATE_BUDGET`](crate::metadata::inflate::INFLATE_BUDGET) bytes, one copy of the ICC
    /// profile, and copies of blocks that a file stores in several parts or as hexadecimal digits.
    pub(crate) fn scan_metadata(self, bytes: &[u8]) -> MetadataScan {
        let mut scan = MetadataScan::default();
        (self.format().scan_metadata)(bytes, &mut scan);
        scan
    }

    /// Decodes a still image, or the first frame of an animation.
    ///
    /// # Errors
    /// `corrupt` if pixels are damaged or missing, except for flaws that [`Decoded::damage`] reports;
    /// `unsupported_format` for a coding that is not supported; `out_of_memory`.
    pub(crate) fn decode(self, bytes: &[u8], header: &Header) -> Result<Decoded, Rejection> {
        let decoded = (self.format().decode)(bytes, header)?;
        check_size(header.size(), decoded.size())?;
        Ok(decoded)
    }

    /// Returns the channels of a still image that can be decoded to planes; `None` if it cannot.
    pub(crate) fn plane_channels(self, bytes: &[u8]) -> Option<Channels> {
        (self.format().planes.as_ref()?.channels)(bytes)
    }

    /// Estimates the memory for decoding to planes; `None` if the format has none.
    ///
    /// # Errors
    /// Those of [`SourceFormat::decode_planes`] that depend on headers only.
    pub(crate) fn plane_decoding_memory(
        self,
        bytes: &[u8],
    ) -> Option<Result<DecodingMemory, Rejection>> {
        let planes = self.format().planes.as_ref()?;
        Some((planes.memory)(bytes))
    }

    /// Decodes a still image that has [channels of planes](Self::plane_channels), and turns it
    /// upright.
    ///
    /// # Errors
    /// As for [`SourceFormat::decode`].
    pub(crate) fn decode_planes(
        self,
        bytes: &[u8],
        header: &Header,
        orientation: Orientation,
    ) -> Result<DecodedPlanes, Rejection> {
        let Some(planes) = &self.format().planes else {
            return Err(Rejection::unsupported("the format has no planes"));
        };
        let decoded = (planes.decode)(bytes, orientation)?;
        check_size(
            orientation.apply_to_size(header.size()),
            decoded.image.size(),
        )?;
        Ok(decoded)
    }

    /// Opens an animation without decoding any frame.
    ///
    /// # Errors
    /// `corrupt` if the format has no animations or the file ends within its header;
    /// `out_of_memory`.
    pub(crate) fn open_animation<'a>(
        self,
        bytes: &'a [u8],
        header: &Header,
    ) -> Result<AnimationDecoder<'a>, Rejection> {
        let Some(open_frames) = self.format().open_frames else {
            return Err(Rejection::corrupt("the image is not an animation"));
        };
        AnimationDecoder::new(open_frames(bytes)?, header.size(), header.frames)
    }
}

/// Checks that a decoded image has the size in the header, against which the limits were checked.
fn check_size(stated: Size, decoded: Size) -> Result<(), Rejection> {
    if stated == decoded {
        return Ok(());
    }
    Err(Rejection::corrupt(
        "the size of the image differs from that in its header",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_equal_the_serialized_form() {
        for format in SourceFormat::ALL {
            assert_eq!(serde_json::to_value(format).unwrap(), format.name());
        }
    }

    #[test]
    fn a_content_type_is_recognized_whatever_its_case_and_parameters() {
        let format = SourceFormat::from_content_type("Image/JPG; q=1");
        assert_eq!(format, Some(SourceFormat::Jpeg));
        assert_eq!(SourceFormat::from_content_type("text/plain"), None);
        for format in SourceFormat::ALL {
            let found = SourceFormat::from_content_type(format.content_type());
            assert_eq!(found, Some(*format));
        }
    }
}
