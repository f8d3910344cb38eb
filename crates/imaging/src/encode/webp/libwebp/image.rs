//! Images in libwebp's representation.
#![expect(unsafe_code, reason = "libwebp is C")]

use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;

use libwebp_sys::{
    WEBP_ENCODER_ABI_VERSION, WebPConfig, WebPEncCSP, WebPEncode, WebPEncodingError, WebPPicture,
    WebPPictureAlloc, WebPPictureFree, WebPPictureImportRGB, WebPPictureImportRGBA,
    WebPPictureInitInternal,
};

use super::error::rejection;
use super::planes::paste_rows;
use crate::Rejection;
use crate::geometry::{Orientation, Size};
use crate::pixels::{Layout, Pixels, copy_upright_rows};

/// The number of rows that are turned upright at a time. It is even, because each pair of rows shares
/// its chroma.
const BAND_ROWS: u32 = 64;

/// A `WebPPicture`, libwebp's representation of an image; freed when dropped.
pub(super) struct WebpImage(WebPPicture);

impl WebpImage {
    /// Creates an empty image.
    fn new(width: u32, height: u32) -> Result<Self, Rejection> {
        let mut image = MaybeUninit::uninit();
        // SAFETY: the pointer is to memory of the right size. libwebp fills the memory, or reports that
        // the version of the header does not match the library.
        let is_ready = unsafe {
            WebPPictureInitInternal(image.as_mut_ptr(), WEBP_ENCODER_ABI_VERSION as c_int)
        };
        if is_ready == 0 {
            return Err(rejection(
                WebPEncodingError::VP8_ENC_ERROR_INVALID_CONFIGURATION,
            ));
        }
        // SAFETY: the call above succeeded, so libwebp has initialized the image.
        let mut image = Self(unsafe { image.assume_init() });
        let too_large = |_| rejection(WebPEncodingError::VP8_ENC_ERROR_BAD_DIMENSION);
        image.0.width = c_int::try_from(width).map_err(too_large)?;
        image.0.height = c_int::try_from(height).map_err(too_large)?;
        Ok(image)
    }

    /// Creates an upright copy of a stored image for a configuration.
    pub(super) fn from_pixels(
        stored: &Pixels,
        orientation: Orientation,
        config: &WebPConfig,
    ) -> Result<Self, Rejection> {
        let size = orientation.apply_to_size(stored.size());
        let mut image = Self::new(size.width, size.height)?;
        image.0.use_argb = config.lossless;
        image.import(stored, orientation)?;
        Ok(image)
    }

    /// Copies a stored image into libwebp's planes and turns it upright, a band of rows at a time.
    /// A complete upright copy in RGB or RGBA never exists.
    fn import(&mut self, stored: &Pixels, orientation: Orientation) -> Result<(), Rejection> {
        if orientation == Orientation::UPRIGHT {
            return self.import_rows(stored.layout, &stored.data);
        }
        self.0.colorspace = match stored.layout {
            Layout::Rgb => WebPEncCSP::WEBP_YUV420,
            Layout::Rgba => WebPEncCSP::WEBP_YUV420A,
        };
        // SAFETY: the image is initialized, and its size and color space are set.
        if unsafe { WebPPictureAlloc(&raw mut self.0) } == 0 {
            return Err(rejection(self.0.error_code));
        }
        let Size { width, height } = orientation.apply_to_size(stored.size());
        let stride = width as usize * stored.layout.channels();
        let mut rows = vec![0; stride * BAND_ROWS as usize];
        for top in (0..height).step_by(BAND_ROWS as usize) {
            let count = BAND_ROWS.min(height - top);
            let rows = &mut rows[..stride * count as usize];
            copy_upright_rows(stored, orientation, top, rows);
            let mut band = Self::new(width, count)?;
            band.0.use_argb = self.0.use_argb;
            band.import_rows(stored.layout, rows)?;
            // SAFETY: libwebp has allocated both images for the same color space and width, and the
            // band ends at most at the last row.
            unsafe { paste_rows(&self.0, &band.0, top as usize) };
        }
        Ok(())
    }

    fn import_rows(&mut self, layout: Layout, rows: &[u8]) -> Result<(), Rejection> {
        let stride = rows.len() / self.0.height.unsigned_abs().max(1) as usize;
        let stride = c_int::try_from(stride)
            .map_err(|_| rejection(WebPEncodingError::VP8_ENC_ERROR_BAD_DIMENSION))?;
        let start = rows.as_ptr();
        // SAFETY: the image is initialized. `rows` contains `height` rows of `stride` bytes, with
        // `width` pixels each. libwebp copies them and keeps no pointer.
        let imported = unsafe {
            match layout {
                Layout::Rgb => WebPPictureImportRGB(&raw mut self.0, start, stride),
                Layout::Rgba => WebPPictureImportRGBA(&raw mut self.0, start, stride),
            }
        };
        if imported == 0 {
            return Err(rejection(self.0.error_code));
        }
        Ok(())
    }

    /// Encodes the image.
    pub(super) fn encode(&mut self, config: &WebPConfig) -> Result<Vec<u8>, Rejection> {
        let mut file = Vec::<u8>::new();
        self.0.writer = Some(append);
        self.0.custom_ptr = (&raw mut file).cast();
        // SAFETY: configuration and image are initialized. `file` outlives the call, and only
        // `append` accesses it during the call.
        let encoded = unsafe { WebPEncode(config, &raw mut self.0) };
        self.0.custom_ptr = std::ptr::null_mut();
        if encoded == 0 {
            return Err(rejection(self.0.error_code));
        }
        Ok(file)
    }
}

impl Drop for WebpImage {
    fn drop(&mut self) {
        // SAFETY: `new` initialized the image, and only this function frees it.
        unsafe { WebPPictureFree(&raw mut self.0) };
    }
}

/// Receives a part of the file from libwebp; the return value 0 makes libwebp stop.
extern "C" fn append(data: *const u8, size: usize, image: *const WebPPicture) -> c_int {
    // SAFETY: libwebp calls this only from `WebPEncode`, with the image of that call and `size`
    // readable bytes. The `custom_ptr` of the image points to the vector of the same call.
    let (file, part) = unsafe {
        let file: *mut c_void = (*image).custom_ptr;
        let part: &[u8] = if size == 0 {
            &[]
        } else {
            std::slice::from_raw_parts(data, size)
        };
        (&mut *file.cast::<Vec<u8>>(), part)
    };
    if file.try_reserve(size).is_err() {
        return 0;
    }
    file.extend_from_slice(part);
    1
}
