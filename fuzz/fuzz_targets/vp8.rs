#![no_main]

use std::ffi::c_int;

use vp8_keyframe::{Encoder, EncoderOptions, InstructionSet, Planes};

/// The bytes before the samples: width, height, quality, effort, and padding of rows.
const HEADER: usize = 5;

// Encodes planes made of the input. All instruction sets must give the same frame, and both decoders must
// decode it to the same samples.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&[width, height, quality, effort, padding], samples)) =
        bytes.split_first_chunk::<HEADER>()
    else {
        return;
    };
    let (width, height) = (u32::from(width).max(1), u32::from(height).max(1));
    let padding = usize::from(padding % 20);
    let half = |length: u32| length.div_ceil(2) as usize;
    let (y_stride, stride) = (width as usize + padding, half(width) + padding);
    let mut samples = samples.iter().copied().cycle();
    let mut plane = |stride: usize, height: usize| -> Vec<u8> {
        let length = stride * height;
        let plane: Vec<u8> = samples.by_ref().take(length).collect();
        // Without samples, the planes are black.
        if plane.is_empty() { vec![0; length] } else { plane }
    };
    let (y, u, v) = (
        plane(y_stride, height as usize),
        plane(stride, half(height)),
        plane(stride, half(height)),
    );
    let planes = Planes {
        y: &y,
        u: &u,
        v: &v,
        y_stride,
        u_stride: stride,
        v_stride: stride,
        width,
        height,
    };
    let options = EncoderOptions {
        quality: quality % 101,
        effort: effort % 7,
        max_bytes: None,
    };
    let mut encoder = Encoder::new(options).expect("the options are in range");
    let frame = encoder.encode(&planes).expect("the planes are consistent");
    for set in InstructionSet::ALL {
        if encoder.set_instruction_set(set).is_ok() {
            assert_eq!(encoder.encode(&planes).as_ref(), Ok(&frame), "{set:?}");
        }
    }
    check_decoders(&frame, width as usize, height as usize);
});

/// Panics unless image-webp and libwebp decode the frame to the same samples.
fn check_decoders(frame: &[u8], width: usize, height: usize) {
    let decoded = image_webp::vp8::Vp8Decoder::decode_frame(frame).expect("image-webp refuses it");
    let size = (usize::from(decoded.width), usize::from(decoded.height));
    assert_eq!(size, (width, height));
    // Rows of image-webp end with whole macroblocks.
    let stride = width.next_multiple_of(16);
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let [y, u, v] = decode_with_libwebp(frame, stride, height);
    assert_rows_equal(&decoded.ybuf, &y, stride, width, height);
    assert_rows_equal(&decoded.ubuf, &u, stride / 2, half_width, half_height);
    assert_rows_equal(&decoded.vbuf, &v, stride / 2, half_width, half_height);
}

fn assert_rows_equal(a: &[u8], b: &[u8], stride: usize, width: usize, height: usize) {
    for (a, b) in a.chunks(stride).zip(b.chunks(stride)).take(height) {
        assert_eq!(a[..width], b[..width]);
    }
}

/// Returns the planes that libwebp decodes, with luma rows of `stride` bytes and chroma rows of half of them.
fn decode_with_libwebp(frame: &[u8], stride: usize, height: usize) -> [Vec<u8>; 3] {
    let half_stride = stride / 2;
    let mut y = vec![0; stride * height];
    let mut u = vec![0; half_stride * height.div_ceil(2)];
    let mut v = u.clone();
    // SAFETY: libwebp reads `frame` within its length, and writes to the planes within theirs.
    let result = unsafe {
        libwebp_sys::WebPDecodeYUVInto(
            frame.as_ptr(),
            frame.len(),
            y.as_mut_ptr(),
            y.len(),
            stride as c_int,
            u.as_mut_ptr(),
            u.len(),
            half_stride as c_int,
            v.as_mut_ptr(),
            v.len(),
            half_stride as c_int,
        )
    };
    assert!(!result.is_null(), "libwebp refuses the frame");
    [y, u, v]
}
