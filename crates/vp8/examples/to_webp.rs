//! Encodes an image file as a WebP file: `to_webp INPUT OUTPUT [QUALITY [EFFORT]]`.
//!
//! Shows the container around a frame (<https://developers.google.com/speed/webp/docs/riff_container>) and
//! the conversion to planes, here a simple one.

use std::error::Error;

use vp8_keyframe::{Encoder, EncoderOptions, Planes};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, output, rest @ ..] = &arguments[..] else {
        return Err("usage: to_webp INPUT OUTPUT [QUALITY [EFFORT]]".into());
    };
    let number = |index: usize, default| rest.get(index).map_or(Ok(default), |value| value.parse());
    let options = EncoderOptions {
        quality: number(0, 80)?,
        effort: number(1, 2)?,
        ..Default::default()
    };
    let image = image::open(input)?.into_rgb8();
    let (width, height) = image.dimensions();
    let [y, u, v] = convert(&image);
    let chroma_stride = width.div_ceil(2) as usize;
    let frame = Encoder::new(options)?.encode(&Planes {
        y: &y,
        u: &u,
        v: &v,
        y_stride: width as usize,
        u_stride: chroma_stride,
        v_stride: chroma_stride,
        width,
        height,
    })?;
    std::fs::write(output, webp_file(&frame))?;
    Ok(())
}

/// Puts a frame into a RIFF container. Chunks have an even length.
fn webp_file(frame: &[u8]) -> Vec<u8> {
    let padding = frame.len() % 2;
    let length = frame.len() as u32;
    let mut file = Vec::with_capacity(frame.len() + 21);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(4 + 8 + length + padding as u32).to_le_bytes());
    file.extend_from_slice(b"WEBPVP8 ");
    file.extend_from_slice(&length.to_le_bytes());
    file.extend_from_slice(frame);
    file.resize(file.len() + padding, 0);
    file
}

/// Converts RGB to limited-range BT.601. Chroma is that of the mean of 2 x 2 pixels.
fn convert(image: &image::RgbImage) -> [Vec<u8>; 3] {
    let (width, height) = image.dimensions();
    let weighted = |pixel: [f32; 3], weights: [f32; 3], offset: f32| {
        let sum: f32 = pixel
            .iter()
            .zip(weights)
            .map(|(value, weight)| value * weight)
            .sum();
        (sum / 255.0 + offset).round() as u8
    };
    let luma =
        |pixel: &image::Rgb<u8>| weighted(pixel.0.map(f32::from), [65.481, 128.553, 24.966], 16.0);
    let y = image.pixels().map(luma).collect();
    let (mut u, mut v) = (Vec::new(), Vec::new());
    for row in 0..height.div_ceil(2) {
        for column in 0..width.div_ceil(2) {
            let mut mean = [0.0; 3];
            for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let x = (2 * column + dx).min(width - 1);
                let pixel = image.get_pixel(x, (2 * row + dy).min(height - 1));
                for (mean, &value) in mean.iter_mut().zip(&pixel.0) {
                    *mean += f32::from(value) / 4.0;
                }
            }
            u.push(weighted(mean, [-37.797, -74.203, 112.0], 128.0));
            v.push(weighted(mean, [112.0, -93.786, -18.214], 128.0));
        }
    }
    [y, u, v]
}
