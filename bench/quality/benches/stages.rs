//! The stages of rendering a photo, one by one: `cargo bench --manifest-path bench/quality/Cargo.toml`.

#![allow(clippy::unwrap_used, reason = "a benchmark ends at the first error")]

use std::sync::LazyLock;

use darkroom_bench_quality::encoder::{EncoderChoice, Yuv};
use darkroom_bench_quality::quality::{Image, webp};
use darkroom_jpeg::Decoder;
use divan::Bencher;
use divan::counter::ItemsCount;

const QUALITY: u8 = 85;

/// A photo-like image of a megapixel: waves of several lengths, and noise.
static IMAGE: LazyLock<Image> = LazyLock::new(|| {
    let (width, height) = (1216_u32, 832_u32);
    let mut random = fastrand::Rng::with_seed(1);
    let mut samples = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let (x, y) = (f64::from(x), f64::from(y));
            let waves =
                40.0 * (x / 170.0).sin() + 30.0 * (y / 60.0).cos() + 12.0 * (x * y / 9e3).sin();
            let noise = f64::from(random.i8(-6..=6));
            samples.extend([110.0, 120.0, 90.0].map(|base| (base + waves + noise) as u8));
        }
    }
    Image::new(width, height, samples)
});

static YUV: LazyLock<Yuv> = LazyLock::new(|| Yuv::from_image(&IMAGE).unwrap());

static JPEG: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut file = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 92);
    let color = image::ExtendedColorType::Rgb8;
    encoder
        .encode(IMAGE.samples(), IMAGE.width(), IMAGE.height(), color)
        .unwrap();
    file
});

fn main() {
    divan::main();
}

fn pixels() -> ItemsCount {
    ItemsCount::new(IMAGE.samples().len() / 3)
}

#[divan::bench]
fn decode_jpeg_to_planes(bencher: Bencher<'_, '_>) {
    let file = &*JPEG;
    bencher
        .counter(pixels())
        .bench(|| Decoder::new(file).unwrap().decode_planes().unwrap());
}

#[divan::bench]
fn decode_jpeg_to_rgb(bencher: Bencher<'_, '_>) {
    let file = &*JPEG;
    bencher
        .counter(pixels())
        .with_inputs(|| vec![0; IMAGE.samples().len()])
        .bench_refs(|rgb| Decoder::new(file).unwrap().decode_into(rgb).unwrap());
}

#[divan::bench]
fn convert_rgb_with_libwebp(bencher: Bencher<'_, '_>) {
    let image = &*IMAGE;
    bencher
        .counter(pixels())
        .bench(|| Yuv::from_image(image).unwrap());
}

#[divan::bench(args = [0, 1, 2, 3, 4, 5])]
fn encode_with_vp8_keyframe(bencher: Bencher<'_, '_>, effort: u8) {
    encode(bencher, EncoderChoice::Vp8(effort));
}

#[divan::bench(args = [0, 2, 4])]
fn encode_with_libwebp(bencher: Bencher<'_, '_>, method: u8) {
    encode(bencher, EncoderChoice::Libwebp(method));
}

fn encode(bencher: Bencher<'_, '_>, encoder: EncoderChoice) {
    let yuv = &*YUV;
    bencher
        .counter(pixels())
        .bench(|| encoder.encode(yuv, QUALITY).unwrap());
}

#[divan::bench]
fn decode_webp_with_libwebp(bencher: Bencher<'_, '_>) {
    let file = EncoderChoice::Vp8(2).encode(&YUV, QUALITY).unwrap();
    bencher
        .counter(pixels())
        .bench(|| webp::decode(&file).unwrap());
}
