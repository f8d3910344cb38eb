//! Decoders of frames to planes.
#![allow(unsafe_code, reason = "libwebp is called through its C interface")]

use std::ffi::c_int;

/// Planes without padding.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) y: Vec<u8>,
    pub(super) u: Vec<u8>,
    pub(super) v: Vec<u8>,
}

/// Decodes with image-webp, whose rows end with whole macroblocks.
pub(super) fn image_webp(frame: &[u8]) -> Decoded {
    let decoded = image_webp::vp8::Vp8Decoder::decode_frame(frame).unwrap();
    let (width, height) = (usize::from(decoded.width), usize::from(decoded.height));
    let stride = width.next_multiple_of(16);
    let cut = |plane: &[u8], stride: usize, width: usize, height: usize| {
        plane
            .chunks(stride)
            .take(height)
            .flat_map(|row| row[..width].to_vec())
            .collect()
    };
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    Decoded {
        y: cut(&decoded.ybuf, stride, width, height),
        u: cut(&decoded.ubuf, stride / 2, half_width, half_height),
        v: cut(&decoded.vbuf, stride / 2, half_width, half_height),
    }
}

/// Decodes with libwebp.
pub(super) fn libwebp(frame: &[u8]) -> Decoded {
    let (mut width, mut height, mut stride, mut uv_stride): (c_int, c_int, c_int, c_int) =
        (0, 0, 0, 0);
    let (mut u, mut v) = (std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: libwebp reads `frame` within its length and sets all outputs. The planes have the sizes that
    // it documents, until they are freed together with the first.
    unsafe {
        let y = libwebp_sys::WebPDecodeYUV(
            frame.as_ptr(),
            frame.len(),
            &mut width,
            &mut height,
            &mut u,
            &mut v,
            &mut stride,
            &mut uv_stride,
        );
        assert!(!y.is_null(), "libwebp refuses the frame");
        let copy = |plane: *const u8, stride: c_int, width: c_int, height: c_int| {
            (0..height as usize)
                .flat_map(|row| {
                    let line = plane.add(row * stride as usize);
                    std::slice::from_raw_parts(line, width as usize).to_vec()
                })
                .collect()
        };
        let (half_width, half_height) = ((width + 1) / 2, (height + 1) / 2);
        let decoded = Decoded {
            y: copy(y, stride, width, height),
            u: copy(u, uv_stride, half_width, half_height),
            v: copy(v, uv_stride, half_width, half_height),
        };
        libwebp_sys::WebPFree(y.cast());
        decoded
    }
}
