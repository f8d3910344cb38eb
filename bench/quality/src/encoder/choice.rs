//! The encoders that are compared.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use vp8_keyframe::{Encoder, EncoderOptions, Planes};

use super::Yuv;
use crate::quality::webp;

/// An encoder and its effort: `vp8-0` to `vp8-6`, or libwebp's methods `webp-0` to `webp-6`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncoderChoice {
    /// `vp8-keyframe` with this effort.
    Vp8(u8),
    /// libwebp with this `method`.
    Libwebp(u8),
}

impl EncoderChoice {
    /// Returns `true` for `vp8-keyframe`.
    pub fn is_own(self) -> bool {
        matches!(self, Self::Vp8(_))
    }

    /// Encodes planes as a WebP file.
    ///
    /// Errors if the encoder refuses the options or the planes.
    pub fn encode(self, yuv: &Yuv, quality: u8) -> anyhow::Result<Vec<u8>> {
        let effort = match self {
            Self::Vp8(effort) => effort,
            Self::Libwebp(method) => return yuv.encode_with_libwebp(quality, method),
        };
        let options = EncoderOptions {
            quality,
            effort,
            max_bytes: None,
        };
        let chroma_stride = yuv.width.div_ceil(2) as usize;
        let frame = Encoder::new(options)?.encode(&Planes {
            y: &yuv.y,
            u: &yuv.u,
            v: &yuv.v,
            y_stride: yuv.width as usize,
            u_stride: chroma_stride,
            v_stride: chroma_stride,
            width: yuv.width,
            height: yuv.height,
        })?;
        webp::lossy_file(&frame)
    }
}

impl FromStr for EncoderChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let effort = |text: &str| text.parse().ok().filter(|effort| *effort <= 6);
        let vp8 = text.strip_prefix("vp8-").and_then(effort).map(Self::Vp8);
        let libwebp = || text.strip_prefix("webp-").and_then(effort);
        vp8.or_else(|| libwebp().map(Self::Libwebp))
            .ok_or_else(|| "an encoder is vp8-0 to vp8-6, or webp-0 to webp-6".to_owned())
    }
}

impl fmt::Display for EncoderChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vp8(effort) => write!(f, "vp8-{effort}"),
            Self::Libwebp(method) => write!(f, "webp-{method}"),
        }
    }
}

impl Serialize for EncoderChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::Image;

    #[test]
    fn names_are_parsed_and_written() {
        for name in ["vp8-0", "vp8-6", "webp-2"] {
            assert_eq!(name.parse::<EncoderChoice>().unwrap().to_string(), name);
        }
        for name in ["vp8-7", "webp", "webp-x", ""] {
            assert!(name.parse::<EncoderChoice>().is_err(), "{name}");
        }
    }

    #[test]
    fn both_libraries_write_files_of_the_same_size_in_pixels() {
        let image = Image::new(33, 17, vec![90; 33 * 17 * 3]);
        let yuv = Yuv::from_image(&image).unwrap();
        for choice in [EncoderChoice::Vp8(2), EncoderChoice::Libwebp(2)] {
            let decoded = webp::decode(&choice.encode(&yuv, 80).unwrap()).unwrap();
            assert_eq!((decoded.width(), decoded.height()), (33, 17));
            let difference = decoded.samples()[0].abs_diff(90);
            assert!(difference <= 2, "{choice}: {difference}");
        }
    }
}
