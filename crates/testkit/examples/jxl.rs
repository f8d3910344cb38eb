//! Writes the JPEG XL fixtures: `cargo run -p darkroom-testkit --example jxl`. Requires `cjxl` 0.7
//! (Debian's `libjxl-tools`). `crates/testkit/src/fixture/jxl/README.md` describes the files.

use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

use darkroom_testkit::fixture::animation::small_animation;
use darkroom_testkit::fixture::{
    CANARY, Exif, Jpeg, Png, icc_profile, rotated_for_orientation, scene,
};
use image::{DynamicImage, GrayImage, ImageBuffer, Luma, RgbImage, Rgba, RgbaImage};

const WIDTH: u32 = 24;
const HEIGHT: u32 = 18;

fn main() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/fixture/jxl");
    let work = std::env::temp_dir().join(format!("darkroom-jxl-{}", std::process::id()));
    std::fs::create_dir_all(&work)?;
    let encode = |source: &Path, name: &str, options: &[&str]| {
        let status = Command::new("cjxl")
            .arg(source)
            .arg(folder.join(name))
            .args(["--quiet", "--num_threads=0", "-e", "7"])
            .args(options)
            .status()?;
        status
            .success()
            .then_some(())
            .ok_or_else(|| Error::other(format!("cjxl fails for {name}")))
    };
    let source = |name: &str, bytes: Vec<u8>| -> Result<PathBuf> {
        let path = work.join(name);
        std::fs::write(&path, bytes)?;
        Ok(path)
    };
    let image = scene(WIDTH, HEIGHT);
    let photo = source("photo.png", Png::new(&image).build())?;
    encode(&photo, "lossless.jxl", &["-d", "0"])?;
    encode(&photo, "lossy.jxl", &["-d", "0.3"])?;
    encode(
        &photo,
        "progressive.jxl",
        &["-d", "0.3", "-p", "--progressive_dc=1"],
    )?;
    let large = source("large.png", Png::new(&scene(1600, 1200)).build())?;
    encode(&large, "large.jxl", &["-d", "8"])?;
    let gray = source("gray.png", png(&DynamicImage::from(gray()))?)?;
    encode(&gray, "gray.jxl", &["-d", "0"])?;
    let alpha = source("alpha.png", Png::from_rgba(&transparent(&image)).build())?;
    encode(&alpha, "alpha.jxl", &["-d", "0"])?;
    let associated = associated(&std::fs::read(folder.join("alpha.jxl"))?);
    std::fs::write(folder.join("premultiplied.jxl"), associated)?;
    let deep = source("deep.png", png(&DynamicImage::from(deep()))?)?;
    encode(&deep, "sixteen.jxl", &["-d", "0"])?;
    let plain = source("plain.ppm", ppm(&image))?;
    for (name, color_space) in [
        ("p3.jxl", "RGB_D65_DCI_Per_SRG"),
        ("gamma.jxl", "RGB_D65_SRG_Rel_g0.5500000"),
        ("pq.jxl", "RGB_D65_202_Rel_PeQ"),
    ] {
        let hint = format!("color_space={color_space}");
        encode(&plain, name, &["-d", "0", "-x", &hint])?;
    }
    let profiled = Png::new(&image).icc("canary", &icc_profile(CANARY)).build();
    let profiled = source("profiled.png", profiled)?;
    encode(&profiled, "profile.jxl", &["-d", "0"])?;
    encode(&profiled, "profile-lossy.jxl", &["-d", "0.3"])?;
    let stored = rotated_for_orientation(&image, 6);
    let packed = Jpeg::new(&stored)
        .exif(&Exif::new().orientation(6))
        .comment(CANARY);
    encode(&source("packed.jpg", packed.build())?, "packed.jxl", &[])?;
    let moving = source("moving.gif", small_animation().gif())?;
    encode(&moving, "animation.jxl", &["-d", "0"])?;
    std::fs::remove_dir_all(&work)
}

fn gray() -> GrayImage {
    GrayImage::from_fn(WIDTH, HEIGHT, |x, y| Luma([(10 * x + y) as u8]))
}

fn deep() -> ImageBuffer<Luma<u16>, Vec<u16>> {
    ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| Luma([(2_700 * x + 150 * y) as u16]))
}

fn transparent(image: &RgbImage) -> RgbaImage {
    RgbaImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let [red, green, blue] = image.get_pixel(x, y).0;
        Rgba([red, green, blue, (10 * x) as u8])
    })
}

/// Returns the codestream with a header that declares the colors premultiplied by alpha. `cjxl`
/// cannot write such a file without loss. The header has 45 bits. Bit 23 states that the alpha
/// channel has its default properties, so it is replaced with all of the properties.
fn associated(codestream: &[u8]) -> Vec<u8> {
    let (signature, rest) = codestream.split_at(2);
    let (header, frames) = rest.split_at(6);
    let bits = |bit: usize| header[bit / 8] >> (bit % 8) & 1;
    let mut changed: Vec<u8> = (0..23).map(bits).collect();
    // An alpha channel with properties of its own: 8 bits per sample, full size, no name.
    changed.extend([0; 10]);
    // Premultiplied colors.
    changed.push(1);
    changed.extend((24..45).map(bits));
    let bytes = changed.chunks(8).map(|bits| {
        bits.iter()
            .zip(0..)
            .fold(0, |byte, (bit, place)| byte | bit << place)
    });
    signature
        .iter()
        .copied()
        .chain(bytes)
        .chain(frames.iter().copied())
        .collect()
}

fn png(image: &DynamicImage) -> Result<Vec<u8>> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let result = image.write_to(&mut bytes, image::ImageFormat::Png);
    result.map(|()| bytes.into_inner()).map_err(Error::other)
}

/// Returns a PPM, which has no color space of its own.
fn ppm(image: &RgbImage) -> Vec<u8> {
    let header = format!("P6\n{WIDTH} {HEIGHT}\n255\n");
    [header.as_bytes(), image.as_raw()].concat()
}
