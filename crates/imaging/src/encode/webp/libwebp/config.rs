//! The configuration of libwebp's encoder.
#![expect(unsafe_code, reason = "libwebp is C")]

use std::ffi::c_int;
use std::mem::MaybeUninit;

use libwebp_sys::{
    WEBP_ENCODER_ABI_VERSION, WebPConfig, WebPConfigInitInternal, WebPEncodingError, WebPPreset,
    WebPValidateConfig,
};

use super::error::rejection;
use crate::Rejection;

/// The options that differ from libwebp's defaults. By default, libwebp does not start threads.
#[derive(Debug, Clone, Copy)]
pub(in crate::encode::webp) struct Config {
    is_lossless: bool,
    quality: f32,
    method: u8,
}

impl Config {
    /// Creates the configuration of VP8 with a quality of 0 to 100 and an effort of 0 to 6. Larger
    /// numbers are clamped.
    pub(in crate::encode::webp) fn lossy(quality: u8, effort: u8) -> Self {
        Self {
            is_lossless: false,
            quality: f32::from(quality.min(100)),
            method: effort.min(6),
        }
    }

    /// Creates the configuration of VP8L with an effort of 0 to 6. For VP8L, libwebp's `quality`
    /// sets a second kind of effort, which stays at libwebp's default.
    pub(in crate::encode::webp) fn lossless(effort: u8) -> Self {
        Self {
            is_lossless: true,
            quality: 75.0,
            method: effort.min(6),
        }
    }

    /// Creates libwebp's own struct.
    pub(super) fn to_raw(self) -> Result<WebPConfig, Rejection> {
        let mut config = MaybeUninit::uninit();
        // SAFETY: the pointer is to memory of the right size. libwebp fills the memory, or reports that
        // the version of the header does not match the library.
        let is_ready = unsafe {
            WebPConfigInitInternal(
                config.as_mut_ptr(),
                WebPPreset::WEBP_PRESET_DEFAULT,
                self.quality,
                WEBP_ENCODER_ABI_VERSION as c_int,
            )
        };
        if is_ready == 0 {
            return Err(rejection(
                WebPEncodingError::VP8_ENC_ERROR_INVALID_CONFIGURATION,
            ));
        }
        // SAFETY: the call above succeeded, so libwebp has initialized the configuration.
        let mut config: WebPConfig = unsafe { config.assume_init() };
        config.lossless = c_int::from(self.is_lossless);
        config.method = c_int::from(self.method);
        // SAFETY: the pointer is valid, and libwebp only reads the initialized struct.
        if unsafe { WebPValidateConfig(&raw const config) } == 0 {
            return Err(rejection(
                WebPEncodingError::VP8_ENC_ERROR_INVALID_CONFIGURATION,
            ));
        }
        Ok(config)
    }
}
