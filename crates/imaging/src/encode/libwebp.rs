//! The only door to libwebp, which is C: pixels that are ours go in, a file comes out.
#![expect(unsafe_code, reason = "libwebp is C")]

use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;

use libwebp_sys::{
    WEBP_ENCODER_ABI_VERSION, WebPConfig, WebPConfigInitInternal, WebPEncode, WebPEncodingError,
    WebPPicture, WebPPictureFree, WebPPictureImportRGB, WebPPictureImportRGBA,
    WebPPictureInitInternal, WebPPreset, WebPValidateConfig,
};

use crate::pixels::{Layout, Pixels, out_of_memory};
use crate::{Rejection, RejectionCode};

/// How libwebp encodes; everything else stays at its defaults, without threads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    lossless: bool,
    quality: f32,
    method: u8,
}

impl Settings {
    /// VP8 at a quality of 0 to 100 and an effort of 0 to 6; larger numbers count as the largest.
    pub(super) fn lossy(quality: u8, effort: u8) -> Self {
        Self {
            lossless: false,
            quality: f32::from(quality.min(100)),
            method: effort.min(6),
        }
    }

    /// VP8L at an effort of 0 to 6. Its `quality` is how hard it tries; libwebp's own middle.
    pub(super) fn lossless(effort: u8) -> Self {
        Self {
            lossless: true,
            quality: 75.0,
            method: effort.min(6),
        }
    }

    fn config(self) -> Result<WebPConfig, Rejection> {
        let mut config = MaybeUninit::uninit();
        // SAFETY: the pointer is to memory of the right size; libwebp fills it or says that the
        // version of the header does not fit the library.
        let ready = unsafe {
            WebPConfigInitInternal(
                config.as_mut_ptr(),
                WebPPreset::WEBP_PRESET_DEFAULT,
                self.quality,
                WEBP_ENCODER_ABI_VERSION as c_int,
            )
        };
        if ready == 0 {
            return Err(failed(
                WebPEncodingError::VP8_ENC_ERROR_INVALID_CONFIGURATION,
            ));
        }
        // SAFETY: filled by the call above, which succeeded.
        let mut config: WebPConfig = unsafe { config.assume_init() };
        config.lossless = c_int::from(self.lossless);
        config.method = c_int::from(self.method);
        // SAFETY: a valid pointer to an initialised struct, which is only read.
        if unsafe { WebPValidateConfig(&raw const config) } == 0 {
            return Err(failed(
                WebPEncodingError::VP8_ENC_ERROR_INVALID_CONFIGURATION,
            ));
        }
        Ok(config)
    }
}

/// A picture of libwebp, freed when dropped.
struct Picture(WebPPicture);

impl Picture {
    fn new(width: u32, height: u32) -> Result<Self, Rejection> {
        let mut picture = MaybeUninit::uninit();
        // SAFETY: as for the configuration: right size, filled or refused.
        let ready = unsafe {
            WebPPictureInitInternal(picture.as_mut_ptr(), WEBP_ENCODER_ABI_VERSION as c_int)
        };
        if ready == 0 {
            return Err(failed(
                WebPEncodingError::VP8_ENC_ERROR_INVALID_CONFIGURATION,
            ));
        }
        // SAFETY: filled by the call above, which succeeded.
        let mut picture = Self(unsafe { picture.assume_init() });
        let too_large = |_| failed(WebPEncodingError::VP8_ENC_ERROR_BAD_DIMENSION);
        picture.0.width = c_int::try_from(width).map_err(too_large)?;
        picture.0.height = c_int::try_from(height).map_err(too_large)?;
        Ok(picture)
    }

    fn import(&mut self, pixels: &Pixels) -> Result<(), Rejection> {
        let stride = c_int::try_from(pixels.stride())
            .map_err(|_| failed(WebPEncodingError::VP8_ENC_ERROR_BAD_DIMENSION))?;
        let start = pixels.data.as_ptr();
        // SAFETY: the picture is initialised and of the pixels' size; `data` holds `height` rows
        // of `stride` bytes, and is copied from, not kept.
        let imported = unsafe {
            match pixels.layout {
                Layout::Rgb => WebPPictureImportRGB(&raw mut self.0, start, stride),
                Layout::Rgba => WebPPictureImportRGBA(&raw mut self.0, start, stride),
            }
        };
        if imported == 0 {
            return Err(failed(self.0.error_code));
        }
        Ok(())
    }

    fn encode(&mut self, config: &WebPConfig) -> Result<Vec<u8>, Rejection> {
        let mut file = Vec::<u8>::new();
        self.0.writer = Some(append);
        self.0.custom_ptr = (&raw mut file).cast();
        // SAFETY: configuration and picture are initialised; `file` outlives the call, and only
        // `append` touches it meanwhile.
        let encoded = unsafe { WebPEncode(config, &raw mut self.0) };
        self.0.custom_ptr = std::ptr::null_mut();
        if encoded == 0 {
            return Err(failed(self.0.error_code));
        }
        Ok(file)
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        // SAFETY: initialised in `new`, and freed only here.
        unsafe { WebPPictureFree(&raw mut self.0) };
    }
}

/// Takes a piece of the file from libwebp; 0 makes it stop.
extern "C" fn append(data: *const u8, size: usize, picture: *const WebPPicture) -> c_int {
    // SAFETY: libwebp calls this from `WebPEncode` only, with the picture it was given, whose
    // `custom_ptr` is the vector of that call, and with `size` readable bytes.
    let (file, piece) = unsafe {
        let file: *mut c_void = (*picture).custom_ptr;
        let piece: &[u8] = if size == 0 {
            &[]
        } else {
            std::slice::from_raw_parts(data, size)
        };
        (&mut *file.cast::<Vec<u8>>(), piece)
    };
    if file.try_reserve(size).is_err() {
        return 0;
    }
    file.extend_from_slice(piece);
    1
}

/// Encodes a picture to a WebP file of one bitstream and, with alpha, what that needs.
///
/// # Errors
/// `out_of_memory`, also where libwebp could not write what it had encoded.
pub(super) fn encode(pixels: &Pixels, settings: Settings) -> Result<Vec<u8>, Rejection> {
    let config = settings.config()?;
    let mut picture = Picture::new(pixels.width, pixels.height)?;
    picture.0.use_argb = config.lossless;
    picture.import(pixels)?;
    picture.encode(&config)
}

fn failed(code: WebPEncodingError) -> Rejection {
    use WebPEncodingError as Code;
    match code {
        Code::VP8_ENC_ERROR_OUT_OF_MEMORY
        | Code::VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY
        | Code::VP8_ENC_ERROR_BAD_WRITE => out_of_memory(),
        Code::VP8_ENC_ERROR_BAD_DIMENSION => Rejection::new(
            RejectionCode::DimensionsExceeded,
            "WebP allows at most 16383 x 16383 px",
        ),
        other => Rejection::new(
            RejectionCode::TooManyBytes,
            format!("libwebp cannot encode this picture ({other:?})"),
        ),
    }
}
