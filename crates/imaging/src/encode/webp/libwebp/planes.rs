//! The pixel planes of libwebp's images.
#![expect(unsafe_code, reason = "libwebp is C")]

use libwebp_sys::WebPPicture;

/// Copies the planes of `from` into those of `to`, beginning at the row `top`.
///
/// `top` must be even, because each pair of rows shares its chroma. If `from` has no alpha plane, its
/// rows count as opaque.
///
/// # Safety
/// Both images must have the same color space, and libwebp must have allocated the planes of both for
/// their sizes. They must have the same width, and `top` plus the height of `from` must not exceed the
/// height of `to`.
pub(super) unsafe fn paste_rows(to: &WebPPicture, from: &WebPPicture, top: usize) {
    let height = from.height.unsigned_abs() as usize;
    let halves = (top / 2, height.div_ceil(2));
    // SAFETY: the caller guarantees that all rows lie within the planes.
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

/// Copies rows of a plane into another plane, beginning at the row `top`.
///
/// # Safety
/// `to` must have `top + rows` rows of `to_stride` bytes, and `from` must have `rows` rows of
/// `from_stride` bytes.
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
        // SAFETY: both pointers stay within their planes, as the caller guarantees.
        unsafe {
            let target = to.add((top + row) * to_stride);
            std::ptr::copy_nonoverlapping(from.add(row * from_stride), target, length);
        }
    }
}
