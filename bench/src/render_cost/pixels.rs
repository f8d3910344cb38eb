//! The pixels of costly sources.

use darkroom_testkit::fixture::animation::{Animation, Frame};
use darkroom_testkit::fixture::motion::pan;
use image::{Rgb, RgbImage, Rgba, RgbaImage};

/// Returns noise without alpha.
pub(super) fn noise((width, height): (u32, u32)) -> RgbImage {
    let mut image = RgbImage::new(width, height);
    fastrand::Rng::with_seed(1).fill(&mut image);
    image
}

/// Returns noise with alpha.
pub(super) fn translucent_noise((width, height): (u32, u32), seed: u64) -> RgbaImage {
    let mut image = RgbaImage::new(width, height);
    fastrand::Rng::with_seed(seed).fill(&mut image);
    image
}

/// Returns a single color whose alpha is noise.
pub(super) fn noisy_alpha(side: u32) -> RgbaImage {
    let mut random = fastrand::Rng::with_seed(1);
    RgbaImage::from_fn(side, side, |_, _| Rgba([200, 90, 30, random.u8(..)]))
}

/// Returns noise that the encoder takes for graphics. In the rows that the encoder samples to
/// detect graphics, all pixels are black. All other rows are noise with `levels` values per
/// channel.
pub(super) fn disguised_noise(side: u32, levels: u8) -> RgbImage {
    let mut random = fastrand::Rng::with_seed(1);
    let step = side.div_ceil(64);
    RgbImage::from_fn(side, side, |_, y| {
        let mut level = || match y % step {
            0 => 0,
            _ => random.u8(..levels),
        };
        Rgb([level(), level(), level()])
    })
}

/// Returns an animation whose frames are the images that `image` returns for their indices.
pub(super) fn animation(
    side: u32,
    frame_count: u32,
    image: impl Fn(u32) -> RgbaImage,
) -> Animation {
    (0..frame_count).fold(Animation::new(side, side), |animation, index| {
        let mut frame = Frame::solid(1, 1, [0; 3]);
        frame.image = image(index);
        animation.frame(frame)
    })
}

/// Returns an animation of equal frames.
pub(super) fn equal_frames(side: u32, frame_count: u32) -> Animation {
    let frame = pan(side, 1).frames.remove(0);
    animation(side, frame_count, |_| frame.image.clone())
}
