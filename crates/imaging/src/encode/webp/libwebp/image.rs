//! Images in libwebp's representation.
#![expect(unsafe_code, reason = "libwebp is C")]

use std::ffi::{c_int, c_void};
use std::marker::PhantomData;
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
use crate::yuv::YuvImage;

/// The number of rows that are turned upright at a time. It is even, because each pair of rows shares
/// its chroma.
const BAND_ROWS: u32 = 64;

/// A `WebPPicture`, libwebp's representation of an image; freed when dropped. Its planes are its own,
/// or are borrowed for `'a`.
pub(super) struct WebpImage<'a>(WebPPicture, PhantomData<&'a YuvImage>);

impl<'a> WebpImage<'a> {
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
        let mut image = Self(unsafe { image.assume_init() }, PhantomData);
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

    /// Creates an image whose planes are those of `planes`, for lossy encoding.
    pub(super) fn from_planes(planes: &'a YuvImage) -> Result<Self, Rejection> {
        let size = planes.size();
        let mut image = Self::new(size.width, size.height)?;
        image.0.use_argb = 0;
        image.0.colorspace = WebPEncCSP::WEBP_YUV420;
        // Lossy encoding only reads the planes of an image without alpha. libwebp does not free
        // them, because it frees only what it has allocated.
        image.0.y = planes.y.samples.as_ptr().cast_mut();
        image.0.u = planes.u.samples.as_ptr().cast_mut();
        image.0.v = planes.v.samples.as_ptr().cast_mut();
        let stride = |width| {
            c_int::try_from(width)
                .map_err(|_| rejection(WebPEncodingError::VP8_ENC_ERROR_BAD_DIMENSION))
        };
        image.0.y_stride = stride(planes.y.width)?;
        image.0.uv_stride = stride(planes.u.width)?;
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

impl Drop for WebpImage<'_> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::webp::libwebp::Config;

    /// Returns rows of one of libwebp's planes, without their padding.
    fn plane(start: *const u8, stride: c_int, size: Size) -> Vec<u8> {
        let stride = stride.unsigned_abs() as usize;
        let rows = (0..size.height as usize).map(|row| {
            // SAFETY: the plane has at least `height` rows of at least `width` samples.
            unsafe { std::slice::from_raw_parts(start.add(row * stride), size.width as usize) }
        });
        rows.flatten().copied().collect()
    }

    /// Returns an image of smooth slopes in all three channels. libwebp averages chroma in a light
    /// of its own, which differs at edges.
    fn slopes(width: u32, height: u32) -> Pixels {
        let at = |x: u32, y: u32| [x * 255 / width, y * 255 / height, (x + y) * 127 / width];
        let pixels = (0..height).flat_map(|y| (0..width).flat_map(move |x| at(x, y)));
        Pixels {
            width,
            height,
            layout: Layout::Rgb,
            data: pixels.map(|value| value.min(255) as u8).collect(),
        }
    }

    #[test]
    fn our_planes_differ_by_at_most_1_from_those_of_libwebp() {
        for size in [(201, 150), (300, 301)] {
            let pixels = slopes(size.0, size.1);
            let config = Config::lossy(85, 2).to_raw().unwrap();
            let theirs = WebpImage::from_pixels(&pixels, Orientation::UPRIGHT, &config).unwrap();
            let ours = YuvImage::from_rgb(&pixels, Orientation::UPRIGHT).unwrap();
            let chroma = ours.u.size();
            let theirs = [
                plane(theirs.0.y, theirs.0.y_stride, pixels.size()),
                plane(theirs.0.u, theirs.0.uv_stride, chroma),
                plane(theirs.0.v, theirs.0.uv_stride, chroma),
            ];
            for (ours, theirs) in [&ours.y, &ours.u, &ours.v].into_iter().zip(theirs) {
                let pairs = ours.samples.iter().zip(&theirs);
                let most = pairs.map(|(ours, theirs)| ours.abs_diff(*theirs)).max();
                assert!(most <= Some(1), "{most:?}");
            }
        }
    }
}
