//! The cost of rendering the most expensive kinds of sources. A profile may reject some of these
//! sources.

use std::io::Cursor;
use std::time::{Duration, Instant};

use anyhow::Context;
use darkroom_contract::Profiles;
use darkroom_harness::ProcessStats;
use darkroom_imaging::render;
use darkroom_testkit::fixture::animation::{Animation, Frame};
use darkroom_testkit::fixture::motion::{pan, sprite};
use darkroom_testkit::fixture::{Jpeg, Png, scene};
use image::{DynamicImage, ImageBuffer, ImageFormat, Rgb, Rgba, RgbaImage};

/// A kind of source that code generates.
#[derive(Debug, Clone, Copy)]
pub struct CostlySource {
    /// The name on the command line.
    pub name: &'static str,
    /// Builds the file. Sides are divided by the argument.
    build: fn(u32) -> anyhow::Result<Vec<u8>>,
}

/// The cost of rendering one source in one profile.
#[derive(Debug, Clone)]
pub struct RenderCost {
    /// The number of bytes of the source.
    pub source_bytes: usize,
    /// The number of bytes of all variants, or the code of the rejection.
    pub outcome: Result<usize, &'static str>,
    /// The elapsed time.
    pub elapsed: Duration,
    /// The processor time.
    pub cpu: Duration,
    /// The peak of the process's resident memory while it rendered.
    pub peak_memory_mib: f64,
}

/// All kinds of costly sources.
pub const COSTLY_SOURCES: [CostlySource; 8] = [
    CostlySource {
        name: "pan-gif",
        build: |divisor| Ok(pan(1080 / divisor, 60).gif()),
    },
    CostlySource {
        name: "sprite-gif",
        build: |divisor| Ok(sprite(1080 / divisor, 60).gif()),
    },
    CostlySource {
        name: "repeated-gif",
        build: |divisor| Ok(repeated(1000 / divisor, 100).gif()),
    },
    CostlySource {
        name: "few-large-frames-webp",
        build: |divisor| Ok(pan(4096 / divisor, 5).webp()),
    },
    CostlySource {
        name: "noise-animation-webp",
        build: |divisor| Ok(noise_animation(4096 / divisor, 5).webp()),
    },
    CostlySource {
        name: "noise-rgba-png",
        build: |divisor| Ok(Png::from_rgba(&noise(4096 / divisor, 1)).build()),
    },
    CostlySource {
        name: "100mp-16-bit-png",
        build: |divisor| sixteen_bit(10_000 / divisor),
    },
    CostlySource {
        name: "100mp-jpeg",
        build: |divisor| Ok(Jpeg::new(&scene(10_000 / divisor, 10_000 / divisor)).build()),
    },
];

impl CostlySource {
    /// Renders the source in this process, with a default profile.
    ///
    /// # Errors
    /// If the source cannot be built, or there is no such profile.
    pub fn measure(&self, profile: &str, divisor: u32) -> anyhow::Result<RenderCost> {
        let profiles = Profiles::default();
        let profile = profiles.get(&profile.parse()?).context("no such profile")?;
        let bytes = (self.build)(divisor)?;
        let pid = std::process::id();
        ProcessStats::reset_peak(pid)?;
        let (before, started) = (ProcessStats::read(pid)?, Instant::now());
        let rendered = render(&bytes, &profile.recipe(None));
        let (elapsed, after) = (started.elapsed(), ProcessStats::read(pid)?);
        Ok(RenderCost {
            source_bytes: bytes.len(),
            outcome: rendered
                .map(|rendered| {
                    rendered
                        .variants
                        .iter()
                        .map(|variant| variant.bytes.len())
                        .sum()
                })
                .map_err(|rejection| rejection.code.name()),
            elapsed,
            cpu: after.cpu.saturating_sub(before.cpu),
            peak_memory_mib: after.peak_memory_mib(),
        })
    }
}

/// Returns an animation whose frames look the same.
fn repeated(side: u32, frame_count: u32) -> Animation {
    let frame = pan(side, 1).frames.remove(0);
    (0..frame_count).fold(Animation::new(side, side), |animation, _| {
        animation.frame(frame.clone())
    })
}

/// Returns an animation of noise, different in every frame.
fn noise_animation(side: u32, frame_count: u32) -> Animation {
    (0..frame_count).fold(Animation::new(side, side), |animation, index| {
        let mut frame = Frame::solid(1, 1, [0; 3]);
        frame.image = noise(side, index.into());
        animation.frame(frame)
    })
}

/// Returns translucent noise.
fn noise(side: u32, seed: u64) -> RgbaImage {
    let mut random = fastrand::Rng::with_seed(seed);
    RgbaImage::from_fn(side, side, |_, _| Rgba(random.u32(..).to_be_bytes()))
}

/// Returns a smooth PNG with 16 bits per channel.
fn sixteen_bit(side: u32) -> anyhow::Result<Vec<u8>> {
    let gradient = |x: u32, y: u32| (((x + y) * 3) % 65_536) as u16;
    let image = ImageBuffer::from_fn(side, side, |x, y| {
        Rgb([gradient(x, y), gradient(y, x / 2), gradient(x, 0)])
    });
    let mut bytes = Vec::new();
    DynamicImage::ImageRgb16(image).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reduced_costly_source_renders_in_under_20_s_of_processor_time() {
        for source in COSTLY_SOURCES {
            for profile in ["avatar", "photo"] {
                let cost = source.measure(profile, 16).unwrap();
                let name = source.name;
                assert!(cost.cpu < Duration::from_secs(20), "{name}: {cost:?}");
                assert!(cost.outcome.is_ok(), "{name}: {cost:?}");
            }
        }
    }
}
