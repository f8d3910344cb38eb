//! Planes as libwebp makes them from RGB, and libwebp's encoder of planes.
#![expect(unsafe_code, reason = "libwebp is C")]

use std::ffi::c_int;

use anyhow::{bail, ensure};
use libwebp_sys::{
    WebPConfig, WebPEncode, WebPMemoryWrite, WebPMemoryWriter, WebPMemoryWriterClear,
    WebPMemoryWriterInit, WebPPicture, WebPPictureFree, WebPPictureImportRGB,
};

use crate::quality::Image;

/// Planes with 4:2:0 subsampling, as libwebp makes them from RGB.
#[derive(Debug, Clone)]
pub struct Yuv {
    /// Luma.
    pub y: Vec<u8>,
    /// Blue-difference chroma.
    pub u: Vec<u8>,
    /// Red-difference chroma.
    pub v: Vec<u8>,
    /// The width in pixels.
    pub width: u32,
    /// The height in pixels.
    pub height: u32,
}

/// An image of libwebp, freed when dropped.
struct OwnedImage(WebPPicture);

impl OwnedImage {
    fn new(width: u32, height: u32) -> anyhow::Result<Self> {
        let owned = WebPPicture::new();
        let mut owned = owned.map_err(|()| anyhow::anyhow!("libwebp does not match its header"))?;
        owned.width = c_int::try_from(width)?;
        owned.height = c_int::try_from(height)?;
        owned.use_argb = 0;
        Ok(Self(owned))
    }
}

impl Drop for OwnedImage {
    fn drop(&mut self) {
        // SAFETY: the struct is initialized, and owns its memory or has none.
        unsafe { WebPPictureFree(&raw mut self.0) }
    }
}

impl Yuv {
    /// Converts an image.
    ///
    /// Errors if a side is too long for WebP, or memory is short.
    pub fn from_image(image: &Image) -> anyhow::Result<Self> {
        let (width, height) = (image.width(), image.height());
        let mut owned = OwnedImage::new(width, height)?;
        let stride = c_int::try_from(3 * width)?;
        // SAFETY: the image has `height` rows of `stride` bytes.
        let is_imported = unsafe {
            WebPPictureImportRGB(&raw mut owned.0, image.samples().as_ptr(), stride) != 0
        };
        ensure!(is_imported, "libwebp failed: {:?}", owned.0.error_code);
        let copy = |plane: *const u8, stride: c_int, width: u32, height: u32| -> Vec<u8> {
            let row = |row: u32| {
                let start = row as usize * stride as usize;
                // SAFETY: libwebp made planes with these strides, which are at least the widths.
                unsafe { std::slice::from_raw_parts(plane.add(start), width as usize) }
            };
            (0..height).flat_map(row).copied().collect()
        };
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        let made = &owned.0;
        Ok(Self {
            y: copy(made.y, made.y_stride, width, height),
            u: copy(made.u, made.uv_stride, half_width, half_height),
            v: copy(made.v, made.uv_stride, half_width, half_height),
            width,
            height,
        })
    }

    /// Encodes the planes with libwebp.
    ///
    /// Errors if an option is too large, or memory is short.
    pub(super) fn encode_with_libwebp(&self, quality: u8, method: u8) -> anyhow::Result<Vec<u8>> {
        let config = WebPConfig::new();
        let mut config =
            config.map_err(|()| anyhow::anyhow!("libwebp does not match its header"))?;
        config.quality = f32::from(quality);
        config.method = c_int::from(method);
        let mut owned = OwnedImage::new(self.width, self.height)?;
        // libwebp only reads the planes, and does not free what it has not allocated.
        owned.0.y = self.y.as_ptr().cast_mut();
        owned.0.u = self.u.as_ptr().cast_mut();
        owned.0.v = self.v.as_ptr().cast_mut();
        owned.0.y_stride = c_int::try_from(self.width)?;
        owned.0.uv_stride = c_int::try_from(self.width.div_ceil(2))?;
        let mut writer = WebPMemoryWriter {
            mem: std::ptr::null_mut(),
            size: 0,
            max_size: 0,
            pad: [0],
        };
        owned.0.writer = Some(WebPMemoryWrite);
        owned.0.custom_ptr = (&raw mut writer).cast();
        // SAFETY: all structs are initialized, the planes outlive the call, and the memory of the writer
        // is copied before it is freed.
        let file = unsafe {
            WebPMemoryWriterInit(&raw mut writer);
            let is_encoded = WebPEncode(&raw const config, &raw mut owned.0) != 0;
            let file = if is_encoded {
                std::slice::from_raw_parts(writer.mem, writer.size).to_vec()
            } else {
                Vec::new()
            };
            WebPMemoryWriterClear(&raw mut writer);
            file
        };
        if file.is_empty() {
            bail!("libwebp failed: {:?}", owned.0.error_code);
        }
        Ok(file)
    }
}
