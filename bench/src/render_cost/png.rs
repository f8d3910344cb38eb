//! PNG files.

use darkroom_imaging::RejectionCode;
use darkroom_testkit::fixture::{
    Png, RawPng, content_after_empty_blocks, png_rows, scene, table_profile,
};

use super::bounds::Bounds;
use super::pixels::{disguised_noise, noise, noisy_alpha, translucent_noise};
use super::source::CostlySource;

const GRAY: u8 = 0;
const RGB: u8 = 2;
const INDEXED: u8 = 3;
const RGBA: u8 = 6;
/// The first column, the first row, the column step and the row step of each pass of an interlaced
/// image.
const PASSES: [[u32; 4]; 7] = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
];

pub(super) fn sources() -> Vec<CostlySource> {
    [images(), samples(), floods()]
        .into_iter()
        .flatten()
        .collect()
}

fn images() -> Vec<CostlySource> {
    vec![
        CostlySource::new("png: a photograph", |bounds| {
            Png::new(&scene(bounds.square(), bounds.square())).build()
        }),
        CostlySource::new("png: the longest rows", |bounds| {
            Png::new(&scene(bounds.wide().0, bounds.wide().1)).build()
        }),
        CostlySource::new("png: the longest columns", |bounds| {
            Png::new(&scene(bounds.tall().0, bounds.tall().1)).build()
        }),
        CostlySource::new("png: one column", |bounds| {
            Png::new(&noise((1, bounds.sides.1))).build()
        }),
        CostlySource::noise("png: noise", |bounds| {
            let side = bounds.square_of(bounds.bytes as u64 * 32 / 100);
            Png::new(&noise((side, side))).build()
        }),
        CostlySource::noise("png: translucent noise", |bounds| {
            let side = bounds.square_of(bounds.bytes as u64 * 24 / 100);
            Png::from_rgba(&translucent_noise((side, side), 1)).build()
        }),
        CostlySource::noise("png: alpha of noise", |bounds| {
            let side = bounds.square_of(bounds.pixels.min(bounds.bytes as u64));
            bounds.fit(side, |side| Png::from_rgba(&noisy_alpha(side)).build())
        })
        .or(RejectionCode::TooExpensive),
        CostlySource::noise("png: noise that looks like graphics", |bounds| {
            let side = bounds.square_of(bounds.bytes as u64 * 32 / 100);
            Png::new(&disguised_noise(side, 255)).build()
        }),
    ]
}

fn samples() -> Vec<CostlySource> {
    vec![
        CostlySource::new("png: 16 bits", |bounds| sixteen_bits(bounds, RGB).end()),
        CostlySource::new("png: 16 bits with alpha", |bounds| {
            sixteen_bits(bounds, RGBA).end()
        })
        .or(RejectionCode::TooExpensive),
        CostlySource::new("png: 16 bits of gray", |bounds| {
            sixteen_bits(bounds, GRAY).end()
        }),
        CostlySource::new("png: 16 bits with gamma and primaries", |bounds| {
            let numbers = [
                31_270_u32, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000,
            ];
            let numbers = numbers.iter().flat_map(|number| number.to_be_bytes());
            Png::from_file(&sixteen_bits(bounds, RGB).end())
                .chunk(b"gAMA", &55_555_u32.to_be_bytes())
                .chunk(b"cHRM", &numbers.collect::<Vec<u8>>())
                .build()
        }),
        CostlySource::new("png: 16 bits with a profile of large tables", |bounds| {
            Png::from_file(&sixteen_bits(bounds, RGB).end())
                .icc("profile", &table_profile(3, 85))
                .build()
        }),
        CostlySource::new("png: interlaced", |bounds| {
            interlaced(bounds.square(), 8, RGBA, 4)
        })
        .or(RejectionCode::TooExpensive),
        CostlySource::new("png: interlaced, 16 bits with alpha", |bounds| {
            interlaced(bounds.square(), 16, RGBA, 8)
        })
        .or(RejectionCode::TooExpensive),
        CostlySource::noise("png: noise of one bit", |bounds| {
            packed_noise(bounds, 1, GRAY).end()
        }),
        CostlySource::new(
            "png: noise of four colors from a palette with alpha",
            |bounds| packed_noise(bounds, 2, INDEXED).end(),
        )
        .or(RejectionCode::TooExpensive),
        CostlySource::new(
            "png: noise of 16 colors from a palette with alpha",
            |bounds| packed_noise(bounds, 4, INDEXED).end(),
        )
        .or(RejectionCode::TooExpensive),
        CostlySource::new(
            "png: noise of 256 colors from a palette with alpha",
            |bounds| packed_noise(bounds, 8, INDEXED).end(),
        )
        .or(RejectionCode::TooExpensive),
    ]
}

/// Returns files in which empty blocks or many chunks add nothing to the content.
fn floods() -> Vec<CostlySource> {
    vec![
        CostlySource::new("png: empty blocks before one pixel", |bounds| {
            let rows = content_after_empty_blocks(&[0, 0], bounds.bytes - 1000);
            RawPng::new((1, 1), 8, GRAY).chunk(b"IDAT", &rows).end()
        }),
        CostlySource::new("png: empty blocks before the largest image", |bounds| {
            let side = bounds.square();
            let rows = vec![0; (side * side + side) as usize];
            let rows = content_after_empty_blocks(&rows, bounds.bytes - 1000);
            RawPng::new((side, side), 8, GRAY)
                .chunk(b"IDAT", &rows)
                .end()
        }),
        CostlySource::new("png: pixels in chunks of one byte", |bounds| {
            let side = bounds.square_of(bounds.bytes as u64 / 20);
            let mut random = fastrand::Rng::with_seed(1);
            let rows: Vec<Vec<u8>> = (0..side)
                .map(|_| (0..side).map(|_| random.u8(..)).collect())
                .collect();
            let rows: Vec<_> = rows.iter().map(Vec::as_slice).collect();
            let pixels = png_rows(&rows);
            let png = RawPng::new((side, side), 8, GRAY);
            pixels
                .chunks(1)
                .fold(png, |png, byte| png.chunk(b"IDAT", byte))
                .end()
        }),
        CostlySource::new("png: empty blocks in a profile", |bounds| {
            let stream = content_after_empty_blocks(&table_profile(3, 9), bounds.bytes - 1000);
            let chunk = [b"profile\0\0", stream.as_slice()].concat();
            Png::new(&scene(16, 16)).chunk(b"iCCP", &chunk).build()
        }),
        CostlySource::new("png: empty blocks in EXIF", |bounds| {
            let stream = content_after_empty_blocks(b"\nexif\n1\n00", bounds.bytes - 1000);
            let chunk = [b"Raw profile type exif\0\0", stream.as_slice()].concat();
            Png::new(&scene(16, 16)).chunk(b"zTXt", &chunk).build()
        }),
        CostlySource::new("png: empty blocks in as many texts as fit", |bounds| {
            let stream = content_after_empty_blocks(b"\nexif\n1\n00", 4000);
            let chunk = [b"Raw profile type exif\0\0", stream.as_slice()].concat();
            let count = bounds.bytes / (chunk.len() + 12);
            let add = |png: Png, _| png.chunk(b"zTXt", &chunk);
            (1..count).fold(Png::new(&scene(16, 16)), add).build()
        }),
    ]
}

/// Returns a file with a pattern of 16 bits per sample, without IEND.
fn sixteen_bits(bounds: &Bounds, color_type: u8) -> RawPng {
    let side = bounds.square();
    let samples = match color_type {
        GRAY => 1,
        RGB => 3,
        _ => 4,
    };
    let row: Vec<u8> = (0..side * samples * 2)
        .map(|at| (at % 97 * 2) as u8)
        .collect();
    RawPng::new((side, side), 16, color_type).pixels(&vec![row.as_slice(); side as usize])
}

fn interlaced(side: u32, depth: u8, color_type: u8, pixel_bytes: u32) -> Vec<u8> {
    let mut rows = Vec::new();
    for [left, top, column_step, row_step] in PASSES {
        let width = (side - left.min(side)).div_ceil(column_step);
        for row in (top..side).step_by(row_step as usize) {
            rows.push(vec![(row % 251) as u8; (width * pixel_bytes) as usize]);
        }
    }
    let rows: Vec<_> = rows.iter().map(Vec::as_slice).collect();
    RawPng::interlaced((side, side), depth, color_type)
        .pixels(&rows)
        .end()
}

/// Returns a file of noise without IEND, with this number of bits per pixel.
fn packed_noise(bounds: &Bounds, depth: u8, color_type: u8) -> RawPng {
    let pixels = bounds.bytes as u64 * 8 * 95 / 100 / u64::from(depth);
    let side = bounds.square_of(pixels.min(bounds.pixels));
    let mut random = fastrand::Rng::with_seed(1);
    let length = side as usize * usize::from(depth) / 8;
    let rows = (0..side).map(|_| {
        let mut row = vec![0; length];
        random.fill(&mut row);
        row
    });
    let rows: Vec<_> = rows.collect();
    let rows: Vec<_> = rows.iter().map(Vec::as_slice).collect();
    let png = RawPng::new((side, side), depth, color_type);
    let png = match color_type {
        INDEXED => {
            let colors: Vec<u8> = (0..1_u32 << depth)
                .flat_map(|index| [index as u8, 90, 200])
                .collect();
            let alpha: Vec<u8> = (0..1_u32 << depth)
                .map(|index| (index * 63 % 256) as u8)
                .collect();
            png.chunk(b"PLTE", &colors).chunk(b"tRNS", &alpha)
        }
        _ => png,
    };
    png.pixels(&rows)
}
