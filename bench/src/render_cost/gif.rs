//! GIF files.

use darkroom_imaging::RejectionCode;
use darkroom_testkit::fixture::animation::{Animation, Disposal, Frame};
use darkroom_testkit::fixture::motion::{pan, sprite};
use darkroom_testkit::fixture::{GifArea, RawGif, scene};
use image::{Rgba, RgbaImage};

use super::bounds::Bounds;
use super::pixels::{animation, equal_frames};
use super::source::CostlySource;

/// The number of frames of most animations.
const FRAMES: u32 = 60;

pub(super) fn sources() -> Vec<CostlySource> {
    [animations(), codes()].into_iter().flatten().collect()
}

fn animations() -> Vec<CostlySource> {
    vec![
        CostlySource::new("gif: a pan over a photograph", |bounds| {
            bounds.fit(bounds.frame(FRAMES), |side| pan(side, FRAMES).gif())
        })
        .or(RejectionCode::OutputTooLarge),
        CostlySource::new("gif: few large frames of a pan", |bounds| {
            bounds.fit(bounds.frame(6), |side| pan(side, 6).gif())
        })
        .or(RejectionCode::OutputTooLarge),
        CostlySource::new("gif: a sprite on a photograph", |bounds| {
            bounds.fit(bounds.frame(FRAMES), |side| sprite(side, FRAMES).gif())
        }),
        CostlySource::new("gif: equal frames", |bounds| {
            let count = bounds.frames;
            bounds.fit(bounds.frame(count), |side| equal_frames(side, count).gif())
        }),
        CostlySource::noise("gif: noise", |bounds| noise(bounds, Disposal::Keep)),
        CostlySource::noise("gif: noise, cleared after each frame", |bounds| {
            noise(bounds, Disposal::Background)
        }),
        CostlySource::noise("gif: noise, undone after each frame", |bounds| {
            noise(bounds, Disposal::Previous)
        }),
        CostlySource::noise("gif: noise of two colors and transparency", |bounds| {
            let count = bounds.frames;
            bounds.fit(bounds.frame(count), |side| dotted(side, count).gif())
        }),
        CostlySource::new("gif: an image of the largest size", |bounds| {
            let image = scene(bounds.square(), bounds.square());
            let side = bounds.square();
            Animation::new(side, side)
                .frame(Frame::opaque(&image))
                .gif()
        })
        .or(RejectionCode::TooExpensive),
    ]
}

fn codes() -> Vec<CostlySource> {
    vec![
        CostlySource::new("gif: clear codes of 12 bits", |bounds| {
            clear_codes(bounds, 11)
        }),
        CostlySource::new("gif: clear codes of 9 bits", |bounds| {
            clear_codes(bounds, 8)
        }),
        CostlySource::new("gif: clear codes of 3 bits", |bounds| {
            clear_codes(bounds, 2)
        })
        .or(RejectionCode::OutputTooLarge),
        CostlySource::new("gif: clear codes before one pixel", |bounds| {
            let control = RawGif::new((1, 1), &[[0; 3]; 2]);
            let codes = || std::iter::repeat_n((1 << 11, 12), 2_700).chain([(0, 12), (2049, 12)]);
            let add = |gif: RawGif, _| {
                gif.control(1, 5)
                    .image_of_codes(GifArea::new(1, 1), 11, codes())
            };
            (0..bounds.frames).fold(control, add).end()
        }),
    ]
}

/// Returns an animation of noise with 256 colors. It has as many frames of one megapixel as fit
/// into the file.
fn noise(bounds: &Bounds, disposal: Disposal) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(1);
    let palette: Vec<_> = (0..256)
        .map(|_| [random.u8(..), random.u8(..), random.u8(..)])
        .collect();
    let side = bounds.frame(bounds.frames);
    let frame_bytes = side as usize * side as usize * 9 / 8 + 2000;
    let count = (bounds.bytes / (frame_bytes * 102 / 100)).clamp(2, bounds.frames as usize);
    let code = match disposal {
        Disposal::Keep => 1,
        Disposal::Background => 2,
        Disposal::Previous => 3,
    };
    let side = side as u16;
    let mut indices = vec![0; usize::from(side) * usize::from(side)];
    let add = |gif: RawGif, _| {
        random.fill(&mut indices);
        gif.control(code, 5)
            .image(GifArea::new(side, side), &indices)
    };
    (0..count)
        .fold(RawGif::new((side, side), &palette), add)
        .end()
}

/// Returns frames in which each pixel is black, white or transparent.
fn dotted(side: u32, frame_count: u32) -> Animation {
    let mut random = fastrand::Rng::with_seed(1);
    let colors = [[0, 0, 0, 255], [255; 4], [0; 4]];
    let image = RgbaImage::from_fn(side, side, |_, _| Rgba(colors[random.usize(..3)]));
    let mut animation = animation(side, frame_count, |index| {
        let mut image = image.clone();
        image::imageops::flip_horizontal_in_place(&mut image);
        image.rotate_right(index as usize * 4 * 997 % (side * side * 4) as usize);
        image
    });
    for frame in &mut animation.frames {
        frame.disposal = Disposal::Background;
    }
    animation
}

/// Returns an animation in which a clear code precedes each pixel.
fn clear_codes(bounds: &Bounds, minimum_code_size: u8) -> Vec<u8> {
    let code_bits = minimum_code_size + 1;
    let pixels = bounds.bytes as u64 * 8 / u64::from(code_bits) * 97 / 200;
    let pixels = pixels.min(bounds.animation_pixels);
    let count = 10;
    let side = bounds.square_of(pixels / u64::from(count)) as u16;
    let area = u32::from(side) * u32::from(side);
    let clear = 1_u16 << minimum_code_size;
    let codes = |frame: u32| {
        let pairs = (0..area).flat_map(move |at| {
            let index = ((at / 7 + at / 1000 + frame) % 4) as u16;
            [(clear, code_bits), (index, code_bits)]
        });
        pairs.chain([(clear + 1, code_bits)])
    };
    let palette = [[0, 0, 0], [255, 255, 255], [200, 0, 0], [0, 0, 200]];
    let add = |gif: RawGif, frame| {
        gif.control(1, 5)
            .image_of_codes(GifArea::new(side, side), minimum_code_size, codes(frame))
    };
    (0..count)
        .fold(RawGif::new((side, side), &palette), add)
        .end()
}
