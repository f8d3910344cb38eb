//! libwebp.
#![expect(unsafe_code, reason = "libwebp is C")]

use std::ffi::c_int;
use std::ptr;

use anyhow::{Context, bail};
use libwebp_sys::{
    WebPConfig, WebPDecodeRGBInto, WebPEncode, WebPGetEncoderVersion, WebPGetInfo, WebPMemoryWrite,
    WebPMemoryWriter, WebPMemoryWriterClear, WebPMemoryWriterInit, WebPPicture, WebPPictureFree,
    WebPPictureImportRGB, WebPValidateConfig,
};

use super::Image;

/// Returns the version of libwebp.
pub fn version() -> String {
    // SAFETY: the function has no parameters and only returns a constant.
    let version = unsafe { WebPGetEncoderVersion() };
    let part = |shift: u32| (version >> shift) & 0xff;
    format!("libwebp {}.{}.{}", part(16), part(8), part(0))
}

/// An image and a file in libwebp's memory, both freed when dropped.
struct Encoding {
    image: WebPPicture,
    file: WebPMemoryWriter,
}

impl Drop for Encoding {
    fn drop(&mut self) {
        // SAFETY: both are initialized, and only this function frees them.
        unsafe {
            WebPPictureFree(&raw mut self.image);
            WebPMemoryWriterClear(&raw mut self.file);
        }
    }
}

/// Encodes an image as lossy WebP, with libwebp's quality (0 to 100) and method (0 to 6).
///
/// Errors if an option or a side is too large, or memory is short.
pub fn encode(image: &Image, quality: u8, method: u8) -> anyhow::Result<Vec<u8>> {
    let mismatch = |()| anyhow::anyhow!("libwebp does not match its header");
    let mut config = WebPConfig::new().map_err(mismatch)?;
    config.quality = f32::from(quality);
    config.method = c_int::from(method);
    // SAFETY: the pointer is valid, and libwebp only reads the initialized struct.
    if unsafe { WebPValidateConfig(&raw const config) } == 0 {
        bail!("libwebp refuses quality {quality} with method {method}");
    }
    let mut encoding = Encoding {
        image: WebPPicture::new().map_err(mismatch)?,
        file: WebPMemoryWriter {
            mem: ptr::null_mut(),
            size: 0,
            max_size: 0,
            pad: [0],
        },
    };
    encoding.image.width = c_int::try_from(image.width())?;
    encoding.image.height = c_int::try_from(image.height())?;
    let stride = c_int::try_from(image.width())? * 3;
    encoding.image.writer = Some(WebPMemoryWrite);
    encoding.image.custom_ptr = (&raw mut encoding.file).cast();
    // SAFETY: `samples` has `height` rows of `stride` bytes. Configuration, image and writer are
    // initialized, and `custom_ptr` is the writer that `WebPMemoryWrite` expects.
    let is_encoded = unsafe {
        WebPMemoryWriterInit(&raw mut encoding.file);
        let start = image.samples().as_ptr();
        WebPPictureImportRGB(&raw mut encoding.image, start, stride) != 0
            && WebPEncode(&raw const config, &raw mut encoding.image) != 0
    };
    if !is_encoded {
        bail!("libwebp failed: {:?}", encoding.image.error_code);
    }
    // SAFETY: the writer has `size` initialized bytes at `mem`, because encoding succeeded.
    let file = unsafe { std::slice::from_raw_parts(encoding.file.mem, encoding.file.size) };
    Ok(file.to_vec())
}

/// Puts a frame of VP8 into a WebP file. Chunks have an even length.
///
/// Errors if the frame is too long for a file.
pub fn lossy_file(frame: &[u8]) -> anyhow::Result<Vec<u8>> {
    let length = u32::try_from(frame.len())?;
    let padding = length % 2;
    let riff_length = length.checked_add(4 + 8 + padding);
    let riff_length = riff_length.context("the frame is too long for a file")?;
    let mut file = b"RIFF".to_vec();
    file.extend_from_slice(&riff_length.to_le_bytes());
    file.extend_from_slice(b"WEBPVP8 ");
    file.extend_from_slice(&length.to_le_bytes());
    file.extend_from_slice(frame);
    file.resize(file.len() + padding as usize, 0);
    Ok(file)
}

/// Returns width and height of a WebP file.
pub fn size(file: &[u8]) -> Option<(u32, u32)> {
    let (mut width, mut height) = (0, 0);
    // SAFETY: libwebp reads the bytes of the slice, and writes to the two integers.
    let is_webp =
        unsafe { WebPGetInfo(file.as_ptr(), file.len(), &raw mut width, &raw mut height) } != 0;
    let size = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    is_webp.then_some(size)
}

/// Decodes a WebP file. An alpha channel is ignored.
///
/// Errors if the file is not a complete WebP file.
pub fn decode(file: &[u8]) -> anyhow::Result<Image> {
    let (width, height) = size(file).context("a variant is not a WebP file")?;
    let stride = width as usize * 3;
    let mut samples = vec![0; stride * height as usize];
    let (start, length) = (samples.as_mut_ptr(), samples.len());
    let stride = c_int::try_from(stride)?;
    // SAFETY: libwebp reads the bytes of `file`, and writes at most `length` bytes to `samples`.
    let end = unsafe { WebPDecodeRGBInto(file.as_ptr(), file.len(), start, length, stride) };
    if end.is_null() {
        bail!("a variant is a damaged WebP file");
    }
    Ok(Image::new(width, height, samples))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoded_image_decodes_to_nearly_the_same_samples() {
        let image = Image::new(33, 17, vec![90; 33 * 17 * 3]);
        let file = encode(&image, 85, 4).unwrap();
        let decoded = decode(&file).unwrap();
        assert_eq!(size(&file), Some((33, 17)));
        let samples = image.samples().iter().zip(decoded.samples());
        let largest = samples.map(|(a, b)| a.abs_diff(*b)).max();
        assert!(largest <= Some(2), "{largest:?}");
    }

    #[test]
    fn damaged_files_and_wrong_options_are_refused() {
        let image = Image::new(64, 64, vec![7; 64 * 64 * 3]);
        let file = encode(&image, 85, 2).unwrap();
        assert!(decode(&file[..file.len() - 8]).is_err());
        assert!(decode(b"RIFF").is_err());
        assert!(encode(&image, 101, 2).is_err());
        assert!(encode(&image, 85, 7).is_err());
    }

    #[test]
    fn the_version_has_three_parts() {
        assert!(version().starts_with("libwebp 1."), "{}", version());
    }
}
