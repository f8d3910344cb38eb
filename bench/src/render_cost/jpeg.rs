//! JPEG files.

use darkroom_imaging::RejectionCode;
use darkroom_testkit::fixture::bomb::empty_scans;
use darkroom_testkit::fixture::jpeg_coder::{
    JpegCoder, JpegColor, QuantizedImage, Sampling, ScanScript, repeated_strip,
};
use darkroom_testkit::fixture::{Jpeg, icc_profile, scene, table_profile};

use super::bounds::Bounds;
use super::pixels::noise;
use super::source::CostlySource;

/// No subsampling (4:4:4).
const FULL: [Sampling; 4] = [(1, 1); 4];
/// Color with half the width and height (4:2:0).
const HALF: [Sampling; 4] = [(2, 2), (1, 1), (1, 1), (2, 2)];
/// The height of the strips that files repeat, in pixels.
const STRIP: u32 = 16;

pub(super) fn sources() -> Vec<CostlySource> {
    let mut sources = without_profiles();
    sources.extend(with_profiles());
    sources
}

fn without_profiles() -> Vec<CostlySource> {
    vec![
        CostlySource::new("jpeg: a photograph", |bounds| {
            Jpeg::new(&scene(bounds.square(), bounds.square())).build()
        }),
        CostlySource::noise("jpeg: noise in 4:4:4", |bounds| {
            noise_jpeg(bounds, JpegColor::YCbCr, &FULL, &sequential)
        }),
        CostlySource::noise("jpeg: noise in 4:2:0", |bounds| {
            noise_jpeg(bounds, JpegColor::YCbCr, &HALF, &sequential)
        }),
        CostlySource::noise("jpeg: noise in gray", |bounds| {
            noise_jpeg(bounds, JpegColor::Gray, &FULL, &sequential)
        }),
        CostlySource::noise("jpeg: noise in CMYK", |bounds| {
            noise_jpeg(bounds, JpegColor::Cmyk, &FULL, &sequential)
        }),
        CostlySource::noise("jpeg: noise with a scan for each component", |bounds| {
            noise_jpeg(bounds, JpegColor::YCbCr, &HALF, &|_| {
                ScanScript::sequential(&[&[0], &[1], &[2]])
            })
        }),
        CostlySource::noise("jpeg: progressive noise in 4:4:4", |bounds| {
            noise_jpeg(bounds, JpegColor::YCbCr, &FULL, &ScanScript::progressive)
        }),
        CostlySource::noise("jpeg: progressive noise in 4:2:0", |bounds| {
            noise_jpeg(bounds, JpegColor::YCbCr, &HALF, &ScanScript::progressive)
        }),
        CostlySource::new("jpeg: 500 empty scans in 4:2:0", |bounds| {
            empty_scans(bounds.square(), &[(2, 2), (1, 1), (1, 1)])
        })
        .or(RejectionCode::TooExpensive),
        CostlySource::new("jpeg: 500 empty scans in 4:4:4", |bounds| {
            empty_scans(bounds.square(), &[(1, 1); 3])
        })
        .or(RejectionCode::TooExpensive),
        CostlySource::new("jpeg: one row", |bounds| {
            Jpeg::new(&noise((bounds.sides.0, 1))).build()
        }),
        CostlySource::new("jpeg: the longest columns", |bounds| {
            Jpeg::new(&scene(bounds.tall().0, bounds.tall().1)).build()
        }),
        CostlySource::new("jpeg: as many Huffman tables as fit", |bounds| {
            let table = [0x10_u8, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            let segment = table.repeat(65_000 / table.len());
            let jpeg = Jpeg::new(&scene(16, 16));
            let count = bounds.bytes / (segment.len() + 4);
            let add = |jpeg: Jpeg, _| jpeg.segment(0xc4, &segment);
            (1..count).fold(jpeg, add).build()
        }),
    ]
}

/// Returns files with color profiles.
fn with_profiles() -> Vec<CostlySource> {
    vec![
        CostlySource::new("jpeg: a photograph with a display profile", |bounds| {
            let image = scene(bounds.square(), bounds.square());
            Jpeg::new(&image).icc(&icc_profile("screen")).build()
        }),
        CostlySource::noise("jpeg: noise with a profile of large tables", |bounds| {
            let bytes = noise_jpeg(bounds, JpegColor::YCbCr, &FULL, &sequential);
            with_profile(&bytes, &table_profile(3, 85))
        }),
        CostlySource::noise(
            "jpeg: CMYK noise with a profile of large tables",
            |bounds| {
                let bytes = noise_jpeg(bounds, JpegColor::Cmyk, &FULL, &sequential);
                with_profile(&bytes, &table_profile(4, 24))
            },
        ),
    ]
}

fn sequential(components: usize) -> ScanScript {
    let all: Vec<_> = (0..components).collect();
    ScanScript::sequential(&[&all])
}

/// Returns noise with the finest quantization that makes the file small enough.
fn noise_jpeg(
    bounds: &Bounds,
    color: JpegColor,
    sampling: &[Sampling],
    script: &dyn Fn(usize) -> ScanScript,
) -> Vec<u8> {
    // Leaves space for a color profile.
    let max_bytes = bounds.bytes * 3 / 4;
    let side = bounds.square();
    let strip = noise((side, STRIP));
    let components = color.components();
    let file = |coarseness| {
        let image = QuantizedImage::new(&strip, color, &sampling[..components], coarseness);
        let strip = JpegCoder::new(&image, script(components)).build();
        repeated_strip(&strip, (side / STRIP) as u16)
    };
    let files = [0, 2, 6, 16, 32, 60, 120, 240].into_iter().map(file);
    let mut fitting = files.skip_while(|file| file.len() > max_bytes);
    fitting.next().unwrap_or_default()
}

/// Adds a profile to a file.
fn with_profile(file: &[u8], profile: &[u8]) -> Vec<u8> {
    let carrier = Jpeg::new(&scene(16, 16));
    let plain = carrier.build().len();
    let file_with_profile = carrier.icc(profile).build();
    let length = file_with_profile.len() - plain;
    let segments = &file_with_profile[2..2 + length];
    [&file[..2], segments, &file[2..]].concat()
}
