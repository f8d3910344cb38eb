//! Rendering of all still variants of an image.

use super::output_tally::OutputTally;
use super::placeholder;
use super::plan::{IndexedVariant, RenderJob, VariantRequest, plan};
use super::preview::Preview;
use super::resize_cache::ResizeCache;
use super::still_image::StillImage;
use super::view::View;
use crate::encode::{StillOptions, encode_still};
use crate::geometry::{Orientation, Placement};
use crate::pixels::pad;
use crate::{Fit, IccPolicy, Rejection, Resize};

/// A renderer for the still variants of one image in one color space.
pub(super) struct StillRenderer {
    /// The pixels of the source.
    pub(super) image: StillImage,
    /// The part of the image that variants show, and the orientation of the pixels.
    pub(super) view: View,
    /// `true` if the source's encoding is lossless.
    pub(super) is_source_lossless: bool,
    /// The color profile of the pixels, which is embedded in the variants that
    /// [keep](IccPolicy::Keep) it.
    pub(super) icc: Option<Vec<u8>>,
    /// The bytes of memory that rendering may use.
    pub(super) max_memory: u64,
}

impl StillRenderer {
    /// Renders all requested variants and the preview.
    ///
    /// Variants that show the whole image unscaled come last. The last of them owns the pixels, so
    /// that its encoder can free them early.
    ///
    /// # Errors
    /// `out_of_memory`; `output_too_large`.
    pub(super) fn render(
        self,
        requests: &[VariantRequest<'_>],
        tally: &mut OutputTally,
    ) -> Result<(Vec<IndexedVariant>, Preview), Rejection> {
        let stored = self.image.size();
        let copy = |small: &Placement| self.image.place_rgb(self.view.orientation, small);
        let (whole, resized): (Vec<_>, Vec<_>) = plan(self.view, requests, copy)?
            .into_iter()
            .partition(|job| self.view.is_whole_image(stored, &job.placement));
        let mut rendered = Vec::with_capacity(requests.len());
        let mut cache = ResizeCache::default();
        for job in &resized {
            let (index, variant) = self.render_resized(job, &mut cache)?;
            tally.add(variant.bytes.len())?;
            rendered.push((index, variant));
        }
        let preview = self.preview(&cache)?;
        drop(cache);
        self.render_whole(&whole, &mut rendered, tally)?;
        Ok((rendered, preview))
    }

    fn render_resized(
        &self,
        job: &RenderJob<'_>,
        cache: &mut ResizeCache,
    ) -> Result<IndexedVariant, Rejection> {
        let (placement, options) = (&job.placement, self.options(job));
        // Padding may begin at an odd column or row, or be transparent, so it needs RGB.
        let image = if placement.size == placement.canvas {
            cache.place(self.view, &self.image, placement)?
        } else {
            StillImage::Rgb(cache.place_rgb(self.view, &self.image, placement)?)
        };
        let bytes = match &image {
            StillImage::Rgb(pixels) => {
                let padded = pad(pixels, placement, job.background())?;
                encode_still(padded, Orientation::UPRIGHT, &options)?
            }
            StillImage::Yuv(_) => image.encode(Orientation::UPRIGHT, &options)?,
        };
        cache.insert(placement, image);
        Ok(job.finish(bytes))
    }

    fn preview(&self, cache: &ResizeCache) -> Result<Preview, Rejection> {
        let bounds = Resize {
            width: Some(placeholder::MAX_SIDE),
            height: Some(placeholder::MAX_SIDE),
            fit: Fit::Inside,
            enlarge: false,
        };
        let placement = Placement::new(self.view.rect, Some(&bounds), None);
        let small = cache.place_rgb(self.view, &self.image, &placement)?;
        Preview::new(&small)
    }

    fn render_whole(
        self,
        jobs: &[RenderJob<'_>],
        rendered: &mut Vec<IndexedVariant>,
        tally: &mut OutputTally,
    ) -> Result<(), Rejection> {
        let Some((last, others)) = jobs.split_last() else {
            return Ok(());
        };
        let orientation = self.view.orientation;
        for job in others {
            self.check_sample(job, tally)?;
            let bytes = self.image.encode(orientation, &self.options(job))?;
            tally.add(bytes.len())?;
            rendered.push(job.finish(bytes));
        }
        self.check_sample(last, tally)?;
        let Self {
            image,
            is_source_lossless,
            icc,
            ..
        } = self;
        let options = options(last, is_source_lossless, icc.as_deref());
        let bytes = image.into_encoded(orientation, &options)?;
        tally.add(bytes.len())?;
        rendered.push(last.finish(bytes));
        Ok(())
    }

    /// Checks the limits on bytes and memory before the whole image is encoded.
    ///
    /// # Errors
    /// `out_of_memory`; `output_too_large` if the encoded image almost certainly exceeds the limit;
    /// `too_expensive` if its alpha plane needs more memory than is allowed.
    fn check_sample(&self, job: &RenderJob<'_>, tally: &OutputTally) -> Result<(), Rejection> {
        let (options, max_memory) = (self.options(job), self.max_memory);
        let sample = self.image.sample(&options, tally.remaining(), max_memory)?;
        let Some(sample) = sample else {
            return Ok(());
        };
        tally.check(sample.minimum_bytes())?;
        let needed = sample.alpha_memory();
        match needed > max_memory {
            true => Err(Rejection::too_expensive(needed, max_memory)),
            false => Ok(()),
        }
    }

    fn options(&self, job: &RenderJob<'_>) -> StillOptions<'_> {
        options(job, self.is_source_lossless, self.icc.as_deref())
    }
}

/// Returns the options for encoding a variant of pixels with the profile `icc`.
fn options<'a>(
    job: &RenderJob<'_>,
    is_source_lossless: bool,
    icc: Option<&'a [u8]>,
) -> StillOptions<'a> {
    let variant = job.request.variant;
    StillOptions {
        encoding: variant.encoding,
        is_source_lossless,
        icc: icc.filter(|_| variant.icc == IccPolicy::Keep),
    }
}
