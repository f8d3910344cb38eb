//! All variants of one decoded picture, in the order that costs least.

use std::borrow::Cow;
use std::cmp::Reverse;

use crate::attention::Attention;
use crate::geometry::{Placement, Rect};
use crate::orientation::Orientation;
use crate::pixels::Pixels;
use crate::placement::{pad, place};
use crate::resample::resample;
use crate::{Color, Fit, Gravity, Rejection, RenderedVariant, Resize, Variant};
use crate::{encode, placeholder};

/// How much larger a picture has to be on each side for a smaller one to be made from it instead
/// of from the source. From there on the second pass of Lanczos3 costs nothing that can be seen:
/// on photographs the two ways are 54 dB apart or more, much nearer than Lanczos3 and bicubic.
const STEP: u32 = 2;

/// A picture in sRGB, or in its own colour space where that is kept, not yet upright.
pub(crate) struct Picture {
    /// The pixels as they are stored.
    pub(crate) pixels: Pixels,
    /// How they are turned to stand upright.
    pub(crate) orientation: Orientation,
    /// The part that the crop box keeps, in upright coordinates.
    pub(crate) view: Rect,
    /// Whether the source kept its pixels exactly.
    pub(crate) lossless: bool,
    /// The colour profile that goes into every variant.
    pub(crate) icc: Option<Vec<u8>>,
}

/// A variant to make, and its place in the order that was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) index: usize,
    pub(crate) variant: &'a Variant,
}

/// What is left to do for a variant.
struct Job<'a> {
    variant: &'a Variant,
    placement: Placement,
    index: usize,
}

/// Pixels of a variant that smaller ones may be made from.
struct Made {
    source: Rect,
    pixels: Pixels,
}

impl Picture {
    /// Makes all variants, with their indices, and the placeholder.
    ///
    /// Large ones come first, so that small ones can be made from them; the ones that take the
    /// whole picture as it is come last, so that it need not be in memory while the last of them
    /// is encoded.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn make(
        self,
        wanted: &[Wanted<'_>],
    ) -> Result<(Vec<(usize, RenderedVariant)>, crate::Placeholder), Rejection> {
        let (whole, mut sized): (Vec<_>, Vec<_>) = self
            .jobs(wanted)?
            .into_iter()
            .partition(|job| self.is_whole(&job.placement));
        sized.sort_by_key(|job| Reverse(area(job.placement.size)));
        let mut done = Vec::with_capacity(wanted.len());
        let mut made = Vec::new();
        for job in &sized {
            done.push((job.index, self.sized(job, &mut made)?));
        }
        let placeholder = self.placeholder(&made)?;
        drop(made);
        self.whole(&whole, &mut done)?;
        Ok((done, placeholder))
    }

    fn jobs<'a>(&self, wanted: &[Wanted<'a>]) -> Result<Vec<Job<'a>>, Rejection> {
        let attentive = |wanted: &Wanted<'_>| {
            matches!(
                wanted.variant.resize,
                Some(Resize {
                    fit: Fit::Cover(Gravity::Attention),
                    ..
                })
            )
        };
        let attention = if wanted.iter().any(attentive) {
            Some(Attention::of(&self.pixels, self.orientation, self.view)?)
        } else {
            None
        };
        Ok(wanted
            .iter()
            .map(|&Wanted { index, variant }| Job {
                variant,
                placement: Placement::new(self.view, variant.resize.as_ref(), attention.as_ref())
                    .within(variant.encoding.max_side()),
                index,
            })
            .collect())
    }

    /// Whether a placement is the whole picture, pixel for pixel.
    fn is_whole(&self, placement: &Placement) -> bool {
        let upright = self.orientation.turn_size(self.pixels.size());
        placement.source == Rect::whole(upright)
            && placement.size == upright
            && placement.canvas == upright
    }

    fn sized(&self, job: &Job<'_>, made: &mut Vec<Made>) -> Result<RenderedVariant, Rejection> {
        let pixels = self.place(&job.placement, made)?;
        let padded = pad(&pixels, &job.placement, background(job.variant))?;
        let rendered = self.encode(job, padded, Orientation::UPRIGHT)?;
        made.push(Made {
            source: job.placement.source,
            pixels,
        });
        Ok(rendered)
    }

    /// Takes the part of a placement from the smallest picture that is good enough.
    fn place(&self, placement: &Placement, made: &[Made]) -> Result<Pixels, Rejection> {
        let base = made
            .iter()
            .filter(|made| made.serves(placement))
            .min_by_key(|made| area(made.pixels.size()));
        match base {
            Some(made) if made.pixels.size() == placement.size => Ok(made.pixels.clone()),
            Some(made) => {
                let whole = Rect::whole(made.pixels.size());
                resample(&made.pixels, whole, placement.size)
            }
            None => place(&self.pixels, self.orientation, placement),
        }
    }

    fn placeholder(&self, made: &[Made]) -> Result<crate::Placeholder, Rejection> {
        let bounds = Resize {
            width: Some(placeholder::MAX_SIDE),
            height: Some(placeholder::MAX_SIDE),
            fit: Fit::Inside,
            enlarge: false,
        };
        let placement = Placement::new(self.view, Some(&bounds), None);
        let small = self.place(&placement, made)?;
        Ok(placeholder::placeholder(&small))
    }

    fn whole(
        self,
        jobs: &[Job<'_>],
        done: &mut Vec<(usize, RenderedVariant)>,
    ) -> Result<(), Rejection> {
        let Some((last, others)) = jobs.split_last() else {
            return Ok(());
        };
        for job in others {
            let rendered = self.encode(job, Cow::Borrowed(&self.pixels), self.orientation)?;
            done.push((job.index, rendered));
        }
        let Self {
            pixels,
            orientation,
            lossless,
            icc,
            ..
        } = self;
        let rendered = encode_one(
            last,
            Cow::Owned(pixels),
            orientation,
            lossless,
            icc.as_deref(),
        )?;
        done.push((last.index, rendered));
        Ok(())
    }

    fn encode(
        &self,
        job: &Job<'_>,
        stored: Cow<'_, Pixels>,
        orientation: Orientation,
    ) -> Result<RenderedVariant, Rejection> {
        encode_one(job, stored, orientation, self.lossless, self.icc.as_deref())
    }
}

impl Made {
    fn serves(&self, placement: &Placement) -> bool {
        let (width, height) = self.pixels.size();
        self.source == placement.source
            && (self.pixels.size() == placement.size
                || (width >= placement.size.0.saturating_mul(STEP)
                    && height >= placement.size.1.saturating_mul(STEP)))
    }
}

fn encode_one(
    job: &Job<'_>,
    stored: Cow<'_, Pixels>,
    orientation: Orientation,
    from_lossless: bool,
    icc: Option<&[u8]>,
) -> Result<RenderedVariant, Rejection> {
    let Variant { name, encoding, .. } = job.variant;
    let (width, height) = job.placement.canvas;
    Ok(RenderedVariant {
        name: name.clone(),
        format: encoding.format(),
        width,
        height,
        bytes: encode::still(stored, orientation, *encoding, from_lossless, icc)?,
    })
}

fn background(variant: &Variant) -> Option<Color> {
    match variant.resize?.fit {
        Fit::Pad { background, .. } => background,
        _ => None,
    }
}

fn area((width, height): (u32, u32)) -> u64 {
    u64::from(width) * u64::from(height)
}
