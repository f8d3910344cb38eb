//! The only door to libwebp, which is C: pixels that are ours go in, a file comes out.
#![expect(unsafe_code, reason = "libwebp is C")]

use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;

use libwebp_sys::{
    WEBP_ENCODER_ABI_VERSION, WebPConfig, WebPConfigInitInternal, WebPEncCSP, WebPEncode,
    WebPEncodingError, WebPPicture, WebPPictureAlloc, WebPPictureFree, WebPPictureImportRGB,
    WebPPictureImportRGBA, WebPPictureInitInternal, WebPPreset, WebPValidateConfig,
};

use crate::orientation::Orientation;
use crate::pixels::{Layout, Pixels, out_of_memory};
use crate::{Rejection, RejectionCode};

/// Rows that are turned at a time; even, since two rows share their chroma.
const BAND_ROWS: u32 = 64;

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

    /// Copies a picture in, turning it upright on the way: a band of rows at a time, so that the
    /// turned picture is never held whole.
    fn import(&mut self, stored: &Pixels, orientation: Orientation) -> Result<(), Rejection> {
        if orientation == Orientation::UPRIGHT {
            return self.import_rows(stored.layout, &stored.data);
        }
        self.0.colorspace = match stored.layout {
            Layout::Rgb => WebPEncCSP::WEBP_YUV420,
            Layout::Rgba => WebPEncCSP::WEBP_YUV420A,
        };
        // SAFETY: the picture is initialised, its size and kind are set.
        if unsafe { WebPPictureAlloc(&raw mut self.0) } == 0 {
            return Err(failed(self.0.error_code));
        }
        let (width, height) = orientation.turn_size(stored.size());
        let stride = width as usize * stored.layout.channels();
        let mut rows = vec![0; stride * BAND_ROWS as usize];
        for top in (0..height).step_by(BAND_ROWS as usize) {
            let count = BAND_ROWS.min(height - top);
            let rows = &mut rows[..stride * count as usize];
            orientation.copy_rows(stored, top, rows);
            let mut band = Self::new(width, count)?;
            band.0.use_argb = self.0.use_argb;
            band.import_rows(stored.layout, rows)?;
            self.paste(&band, top as usize);
        }
        Ok(())
    }

    fn import_rows(&mut self, layout: Layout, rows: &[u8]) -> Result<(), Rejection> {
        let stride = rows.len() / self.0.height.unsigned_abs().max(1) as usize;
        let stride = c_int::try_from(stride)
            .map_err(|_| failed(WebPEncodingError::VP8_ENC_ERROR_BAD_DIMENSION))?;
        let start = rows.as_ptr();
        // SAFETY: the picture is initialised; `rows` holds its `height` rows of `stride` bytes,
        // `width` pixels each, and is copied from, not kept.
        let imported = unsafe {
            match layout {
                Layout::Rgb => WebPPictureImportRGB(&raw mut self.0, start, stride),
                Layout::Rgba => WebPPictureImportRGBA(&raw mut self.0, start, stride),
            }
        };
        if imported == 0 {
            return Err(failed(self.0.error_code));
        }
        Ok(())
    }

    /// Copies the planes of `band` to the rows from `top` on, which is even: two rows share their
    /// chroma.
    fn paste(&mut self, band: &Self, top: usize) {
        let (to, from) = (&self.0, &band.0);
        let height = from.height.unsigned_abs() as usize;
        let halves = (top / 2, height.div_ceil(2));
        // SAFETY: both pictures hold the planes that their kind calls for, allocated by libwebp
        // for their sizes; `band` is as wide as `self`, and `top + height` rows fit into it.
        // Without alpha in these rows, `band` has no such plane, and the rows are opaque.
        unsafe {
            if to.use_argb != 0 {
                let (stride, from_stride) =
                    (to.argb_stride as usize * 4, from.argb_stride as usize * 4);
                copy_plane(
                    to.argb.cast(),
                    stride,
                    top,
                    from.argb.cast(),
                    from_stride,
                    height,
                );
                return;
            }
            let (y, uv) = (to.y_stride as usize, to.uv_stride as usize);
            let from_uv = from.uv_stride as usize;
            copy_plane(to.y, y, top, from.y, from.y_stride as usize, height);
            copy_plane(to.u, uv, halves.0, from.u, from_uv, halves.1);
            copy_plane(to.v, uv, halves.0, from.v, from_uv, halves.1);
            if to.a.is_null() {
                return;
            }
            let alpha = to.a_stride as usize;
            if from.a.is_null() {
                std::ptr::write_bytes(to.a.add(top * alpha), 255, height * alpha);
            } else {
                copy_plane(to.a, alpha, top, from.a, from.a_stride as usize, height);
            }
        }
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

/// Copies rows of a plane.
///
/// # Safety
/// `to` has `top + rows` rows of `to_stride` bytes, `from` has `rows` of `from_stride`.
unsafe fn copy_plane(
    to: *mut u8,
    to_stride: usize,
    top: usize,
    from: *const u8,
    from_stride: usize,
    rows: usize,
) {
    let length = to_stride.min(from_stride);
    for row in 0..rows {
        // SAFETY: within both planes by the caller's word.
        unsafe {
            let target = to.add((top + row) * to_stride);
            std::ptr::copy_nonoverlapping(from.add(row * from_stride), target, length);
        }
    }
}

/// A picture in libwebp's own form, with no need of the pixels that it was made from.
pub(super) struct Prepared {
    picture: Picture,
    config: WebPConfig,
}

impl Prepared {
    /// Takes in a picture as it is stored, to be encoded upright.
    ///
    /// # Errors
    /// `out_of_memory`; `dimensions_exceeded` above 16383 px a side.
    pub(super) fn new(
        stored: &Pixels,
        orientation: Orientation,
        settings: Settings,
    ) -> Result<Self, Rejection> {
        let config = settings.config()?;
        let (width, height) = orientation.turn_size(stored.size());
        let mut picture = Picture::new(width, height)?;
        picture.0.use_argb = config.lossless;
        picture.import(stored, orientation)?;
        Ok(Self { picture, config })
    }

    /// Encodes to a WebP file of one bitstream and, with alpha, what that needs.
    ///
    /// # Errors
    /// `out_of_memory`, also where libwebp could not write what it had encoded.
    pub(super) fn encode(mut self) -> Result<Vec<u8>, Rejection> {
        self.picture.encode(&self.config)
    }
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
