//! What has to be done for each variant of a picture, and from which pixels.

use std::cmp::Reverse;

use crate::attention::Attention;
use crate::geometry::{Placement, Rect};
use crate::orientation::Orientation;
use crate::pixels::Pixels;
use crate::placement::place;
use crate::resample::resample;
use crate::{Color, Fit, Gravity, Rejection, RenderedVariant, Resize, Variant};

/// How much larger a picture has to be on each side for a smaller one to be made from it instead
/// of from the source. From there on the second pass of Lanczos3 costs nothing that can be seen:
/// on photographs the two ways are 54 dB apart or more, much nearer than Lanczos3 and bicubic.
const STEP: u32 = 2;

/// How a stored picture is seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Framing {
    /// How it is turned to stand upright.
    pub(crate) orientation: Orientation,
    /// The part that the crop box keeps, in upright coordinates.
    pub(crate) view: Rect,
}

/// A variant to make, and its place in the order that was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) index: usize,
    pub(crate) variant: &'a Variant,
}

/// What is to be done for a variant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) variant: &'a Variant,
    pub(crate) placement: Placement,
    pub(crate) index: usize,
}

/// Pixels of variants that smaller ones may be made from.
#[derive(Debug, Default)]
pub(crate) struct Made(Vec<(Rect, Pixels)>);

impl Framing {
    /// Plans all variants of a picture, large ones first, so that small ones can be made from them.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn jobs<'a>(
        self,
        stored: &Pixels,
        wanted: &[Wanted<'a>],
    ) -> Result<Vec<Job<'a>>, Rejection> {
        let attention = if wanted.iter().any(|wanted| is_attentive(wanted.variant)) {
            Some(Attention::of(stored, self.orientation, self.view)?)
        } else {
            None
        };
        let job = |&Wanted { index, variant }: &Wanted<'a>| Job {
            variant,
            placement: Placement::new(self.view, variant.resize.as_ref(), attention.as_ref())
                .within(variant.encoding.max_side()),
            index,
        };
        let mut jobs: Vec<_> = wanted.iter().map(job).collect();
        jobs.sort_by_key(|job| Reverse(area(job.placement.size)));
        Ok(jobs)
    }

    /// Whether a placement is the whole picture, pixel for pixel.
    pub(crate) fn is_whole(self, stored: &Pixels, placement: &Placement) -> bool {
        let upright = self.orientation.turn_size(stored.size());
        placement.source == Rect::whole(upright)
            && placement.size == upright
            && placement.canvas == upright
    }

    /// Takes the part of a placement from the smallest picture that is good enough.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn place(
        self,
        stored: &Pixels,
        placement: &Placement,
        made: &Made,
    ) -> Result<Pixels, Rejection> {
        match made.base_of(placement) {
            Some(base) if base.size() == placement.size => Ok(base.clone()),
            Some(base) => resample(base, Rect::whole(base.size()), placement.size),
            None => place(stored, self.orientation, placement),
        }
    }
}

impl Made {
    pub(crate) fn keep(&mut self, placement: &Placement, pixels: Pixels) {
        self.0.push((placement.source, pixels));
    }

    fn base_of(&self, placement: &Placement) -> Option<&Pixels> {
        let (width, height) = placement.size;
        let serves = |(source, pixels): &&(Rect, Pixels)| {
            let is_much_larger = pixels.width >= width.saturating_mul(STEP)
                && pixels.height >= height.saturating_mul(STEP);
            *source == placement.source && (pixels.size() == placement.size || is_much_larger)
        };
        let serving = self.0.iter().filter(serves).map(|(_, pixels)| pixels);
        serving.min_by_key(|pixels| area(pixels.size()))
    }
}

impl Job<'_> {
    /// The variant, now that it is encoded.
    pub(crate) fn rendered(&self, bytes: Vec<u8>) -> RenderedVariant {
        let (width, height) = self.placement.canvas;
        RenderedVariant {
            name: self.variant.name.clone(),
            format: self.variant.encoding.format(),
            width,
            height,
            bytes,
        }
    }

    /// What the rest of the box is filled with.
    pub(crate) fn background(&self) -> Option<Color> {
        match self.variant.resize?.fit {
            Fit::Pad { background, .. } => background,
            _ => None,
        }
    }
}

const fn is_attentive(variant: &Variant) -> bool {
    matches!(
        variant.resize,
        Some(Resize {
            fit: Fit::Cover(Gravity::Attention),
            ..
        })
    )
}

fn area((width, height): (u32, u32)) -> u64 {
    u64::from(width) * u64::from(height)
}
