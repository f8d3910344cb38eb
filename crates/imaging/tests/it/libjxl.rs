//! The pixels of files that `cjxl` makes, compared with those of `djxl`. Both programs are in
//! Debian's package `libjxl-tools`. Without them, the comparison is skipped. `cargo xtask libjxl`
//! compares files of all sizes. All other test runs compare files of one size.
//!
//! `djxl` writes a PNG in the color space of the file. Both files are rendered to sRGB, so only the
//! decoders differ.

use std::path::{Path, PathBuf};
use std::process::Command;

use darkroom_testkit::fixture::animation::small_animation;
use darkroom_testkit::fixture::{Exif, Jpeg, rotated_for_orientation};
use image::{DynamicImage, ImageFormat, RgbaImage};

use crate::images::{chart, difference, only, worst};
use crate::recipes::lossless;

/// The environment variable for the comparison in all sizes. The programs must then be installed.
const IN_FULL: &str = "DARKROOM_TEST_LIBJXL_IN_FULL";
/// The largest difference that the test allows between two samples, on a scale of 0 to 255.
const MAX_DIFFERENCE: u8 = 3;
/// The largest mean difference if single pixels may differ by more.
const MAX_MEAN: f64 = 1.0;
/// Sizes with one group of 256 x 256 pixels, with several, and with a part of one.
const SIZES: [(u32, u32); 4] = [(1, 1), (37, 23), (300, 200), (257, 513)];
const LOSSLESS: [&str; 9] = [
    "-d 0",
    "-d 0 -e 3",
    "-d 0 -e 1",
    "-d 0 -R 1",
    "-d 0 -g 0 -P 6",
    "-d 0 -g 3 -P 15 -e 8",
    "-d 0 -C 0 -e 5",
    "-d 0 --container=1",
    "-d 0 --modular_palette_colors=0",
];
const LOSSY: [&str; 15] = [
    "-d 0.5",
    "-d 1",
    "-d 4",
    "-d 15",
    "-d 1 -e 3",
    "-d 2 -e 9",
    "-d 1 -p",
    "-d 1 --progressive_dc=1",
    "-d 1 --qprogressive_ac",
    "-d 1 -m 1",
    "-d 3 --photon_noise=ISO1600",
    "-d 2 --epf=3",
    "-d 1 --gaborish=0 --epf=0",
    "-d 1 --group_order=1",
    "-d 0 --modular_lossy_palette --modular_palette_colors=0",
];
const COLOR_SPACES: [&str; 6] = [
    "RGB_D65_DCI_Per_SRG",
    "RGB_D65_DCI_Rel_Lin",
    "RGB_D65_202_Rel_709",
    "RGB_D65_SRG_Rel_g0.5000000",
    "RGB_EER_202_Rel_SRG",
    "RGB_D65_SRG_Rel_SRG",
];

struct Case {
    name: String,
    source: PathBuf,
    options: String,
}

impl Case {
    /// Returns the largest difference that is allowed between two samples. Without loss and without
    /// conversion, no difference is allowed.
    fn max_difference(&self) -> u8 {
        let options: Vec<_> = self.options.split_whitespace().collect();
        let is_exact = options.windows(2).any(|option| option == ["-d", "0"])
            && !self.is_amplified()
            && !self.options.contains("lossy");
        if is_exact { 0 } else { MAX_DIFFERENCE }
    }

    /// Returns `true` if single pixels may differ by more. Conversion to sRGB amplifies a
    /// difference of 1 in a wide gamut. `djxl` 0.7 generates different noise than newer versions
    /// and the crate `jxl`.
    fn is_amplified(&self) -> bool {
        ["color_space", "photon_noise"]
            .iter()
            .any(|option| self.options.contains(option))
    }
}

#[test]
fn pixels_are_those_of_libjxl() {
    let is_full = std::env::var_os(IN_FULL).is_some();
    if !is_full && Command::new("cjxl").arg("--version").output().is_err() {
        return eprintln!("skipped: cjxl (Debian's libjxl-tools) is not installed");
    }
    let sizes = if is_full { &SIZES[..] } else { &SIZES[1..2] };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libjxl");
    std::fs::create_dir_all(&folder).unwrap();
    let (mut compared, mut exact, mut different) = (0, 0, Vec::new());
    for case in cases(&folder, sizes) {
        let [file, reference] = ["jxl", "png"].map(|end| folder.join(format!("file.{end}")));
        run("cjxl", &[&case.source, &file], &case.options);
        run("djxl", &[&file, &reference], "");
        let [file, reference] = [file, reference].map(|path| std::fs::read(path).unwrap());
        let [ours, theirs] = [file, reference].map(|bytes| only(&bytes, &still()));
        let [ours, theirs] = [ours, theirs].map(visible);
        let off = worst(&ours, &theirs);
        compared += 1;
        exact += u32::from(off == 0);
        let mean = difference(&ours, &theirs);
        let is_close = off <= case.max_difference() || case.is_amplified() && mean <= MAX_MEAN;
        if !is_close {
            let Case { name, options, .. } = case;
            different.push(format!("{name} {options}: {off}, on average {mean:.2}"));
        }
    }
    eprintln!(
        "{compared} files, {exact} equal, {} different",
        different.len()
    );
    assert!(different.is_empty(), "{different:#?}");
}

/// Returns the recipe for the first frame.
fn still() -> darkroom_imaging::Recipe {
    let mut recipe = lossless();
    recipe.variants[0].animated = false;
    recipe
}

/// Removes the color of invisible pixels.
fn visible(mut image: RgbaImage) -> RgbaImage {
    for pixel in image.pixels_mut().filter(|pixel| pixel[3] == 0) {
        pixel.0 = [0; 4];
    }
    image
}

fn run(program: &str, paths: &[&Path], options: &str) {
    let output = Command::new(program)
        .args(paths)
        .args(["--quiet", "--num_threads=1"])
        .args(options.split_whitespace())
        .output()
        .unwrap_or_else(|error| panic!("{program} (Debian's libjxl-tools): {error}"));
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {options}: {words}");
}

fn cases(folder: &Path, sizes: &[(u32, u32)]) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |name: &str, end: &str, bytes: Vec<u8>, options: &[&str]| {
        let source = folder.join(format!("{name}.{end}"));
        std::fs::write(&source, bytes).unwrap();
        cases.extend(options.iter().map(|options| Case {
            name: name.to_owned(),
            source: source.clone(),
            options: (*options).to_owned(),
        }));
    };
    let every: Vec<_> = LOSSLESS.into_iter().chain(LOSSY).collect();
    for &(width, height) in sizes {
        let size = format!("{width}x{height}");
        let image = DynamicImage::from(chart(width, height));
        let transparent = transparent(&image);
        add(&format!("rgb-{size}"), "png", png(&image), &every);
        add(&format!("rgba-{size}"), "png", png(&transparent), &every);
        add(
            &format!("gray-{size}"),
            "png",
            png(&image.to_luma8().into()),
            &["-d 0", "-d 1"],
        );
        add(
            &format!("deep-{size}"),
            "png",
            png(&deep(&image)),
            &["-d 0", "-d 0 -e 3", "-d 1"],
        );
        add(
            &format!("premultiplied-{size}"),
            "png",
            png(&transparent),
            &["-d 0 --premultiply=1", "-d 1 --premultiply=1"],
        );
        let jpeg = Jpeg::new(&image.to_rgb8());
        for orientation in 1..=8 {
            let turned = rotated_for_orientation(&image.to_rgb8(), orientation);
            let turned = Jpeg::new(&turned).exif(&Exif::new().orientation(orientation.into()));
            add(
                &format!("turned-{orientation}-{size}"),
                "jpg",
                turned.build(),
                &["", "-j 0 -d 1"],
            );
        }
        add(
            &format!("jpeg-{size}"),
            "jpg",
            jpeg.build(),
            &["", "-j 0 -d 0"],
        );
        let plain = ppm(&image);
        for space in COLOR_SPACES {
            let options = ["-d 0", "-d 1"].map(|loss| format!("{loss} -x color_space={space}"));
            add(
                &format!("{space}-{size}"),
                "ppm",
                plain.clone(),
                &options.each_ref().map(String::as_str),
            );
        }
    }
    add(
        "animation",
        "gif",
        small_animation().gif(),
        &["-d 0", "-d 1", "-d 0 -e 9"],
    );
    cases
}

fn transparent(image: &DynamicImage) -> DynamicImage {
    let mut image = image.to_rgba8();
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        pixel[3] = (x * 7 + y * 3) as u8;
    }
    image.into()
}

/// Returns an image whose samples need all of their 16 bits.
fn deep(image: &DynamicImage) -> DynamicImage {
    let mut image = image.to_rgb16();
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        for sample in &mut pixel.0 {
            *sample = sample.wrapping_add((x * 31 + y * 17) as u16 % 257);
        }
    }
    image.into()
}

fn png(image: &DynamicImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Returns a PPM, which has no color space of its own.
fn ppm(image: &DynamicImage) -> Vec<u8> {
    let header = format!("P6\n{} {}\n255\n", image.width(), image.height());
    [header.as_bytes(), image.to_rgb8().as_raw()].concat()
}
