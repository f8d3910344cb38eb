//! libwebp as the peer, and as the decoder of both.
#![allow(unsafe_code, reason = "libwebp is called through its C interface")]

use libwebp_sys::*;

/// Planes as libwebp makes them from RGB.
pub(crate) struct Yuv {
    pub(crate) y: Vec<u8>,
    pub(crate) u: Vec<u8>,
    pub(crate) v: Vec<u8>,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Yuv {
    pub(crate) fn from_rgb(rgb: &[u8], width: u32, height: u32) -> Self {
        assert_eq!(rgb.len(), width as usize * height as usize * 3);
        // SAFETY: The struct is initialized, `rgb` has the size checked above, and the planes are copied
        // with the sizes that libwebp documents before they are freed.
        unsafe {
            let mut image = new_image(width, height);
            image.use_argb = 0;
            assert_ne!(
                WebPPictureImportRGB(&mut image, rgb.as_ptr(), 3 * width as i32),
                0
            );
            let copy = |plane: *mut u8, stride: i32, width: u32, height: u32| {
                let mut out = Vec::new();
                for row in 0..height as usize {
                    let line = plane.add(row * stride as usize);
                    out.extend_from_slice(std::slice::from_raw_parts(line, width as usize));
                }
                out
            };
            let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
            let yuv = Self {
                y: copy(image.y, image.y_stride, width, height),
                u: copy(image.u, image.uv_stride, half_width, half_height),
                v: copy(image.v, image.uv_stride, half_width, half_height),
                width,
                height,
            };
            WebPPictureFree(&mut image);
            yuv
        }
    }
}

unsafe fn new_image(width: u32, height: u32) -> WebPPicture {
    // SAFETY: All zero bytes are a valid struct, which libwebp then initializes.
    unsafe {
        let mut image: WebPPicture = std::mem::zeroed();
        let version = WEBP_ENCODER_ABI_VERSION as i32;
        assert_ne!(WebPPictureInitInternal(&mut image, version), 0);
        image.width = width as i32;
        image.height = height as i32;
        image
    }
}

/// Encodes planes with libwebp.
pub(crate) fn encode(yuv: &Yuv, quality: u8, method: i32) -> Vec<u8> {
    // SAFETY: Both structs are initialized, the planes outlive the call, libwebp only reads them, and
    // the writer is cleared after its memory was copied.
    unsafe {
        let mut config: WebPConfig = std::mem::zeroed();
        let preset = WebPPreset::WEBP_PRESET_DEFAULT;
        let version = WEBP_ENCODER_ABI_VERSION as i32;
        assert_ne!(
            WebPConfigInitInternal(&mut config, preset, quality.into(), version),
            0
        );
        config.method = method;
        let mut image = new_image(yuv.width, yuv.height);
        image.use_argb = 0;
        image.y = yuv.y.as_ptr().cast_mut();
        image.u = yuv.u.as_ptr().cast_mut();
        image.v = yuv.v.as_ptr().cast_mut();
        image.y_stride = yuv.width as i32;
        image.uv_stride = yuv.width.div_ceil(2) as i32;
        let mut writer: WebPMemoryWriter = std::mem::zeroed();
        WebPMemoryWriterInit(&mut writer);
        image.writer = Some(WebPMemoryWrite);
        image.custom_ptr = (&raw mut writer).cast();
        assert_ne!(WebPEncode(&config, &mut image), 0, "{:?}", image.error_code);
        let bytes = std::slice::from_raw_parts(writer.mem, writer.size).to_vec();
        WebPMemoryWriterClear(&mut writer);
        bytes
    }
}

/// Decodes a WebP file to RGB with libwebp's smooth upsampling of chroma.
pub(crate) fn decode(file: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut rgb = vec![0; width as usize * height as usize * 3];
    // SAFETY: The output has the length given to libwebp, which checks it.
    let result = unsafe {
        let (stride, length) = (3 * width as i32, rgb.len());
        WebPDecodeRGBInto(file.as_ptr(), file.len(), rgb.as_mut_ptr(), length, stride)
    };
    assert!(!result.is_null());
    rgb
}
