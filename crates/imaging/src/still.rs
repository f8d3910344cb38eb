//! All variants of one picture that stand still, in the order that costs least.

use std::borrow::Cow;

use crate::framing::{Framing, Job, Made, Wanted};
use crate::geometry::Placement;
use crate::orientation::Orientation;
use crate::pixels::Pixels;
use crate::placement::pad;
use crate::{Fit, Rejection, RenderedVariant, Resize};
use crate::{encode, placeholder};

/// A picture in sRGB, or in its own colour space where that is kept, not yet upright.
pub(crate) struct Still {
    /// The pixels as they are stored.
    pub(crate) pixels: Pixels,
    /// How they are seen.
    pub(crate) framing: Framing,
    /// Whether the source kept its pixels exactly.
    pub(crate) lossless: bool,
    /// The colour profile that goes into every variant.
    pub(crate) icc: Option<Vec<u8>>,
}

impl Still {
    /// Makes all variants, with their indices, and the placeholder.
    ///
    /// The ones that take the whole picture as it is come last, so that it need not be in memory
    /// while the last of them is encoded.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn make(
        self,
        wanted: &[Wanted<'_>],
    ) -> Result<(Vec<(usize, RenderedVariant)>, crate::Placeholder), Rejection> {
        let (whole, sized): (Vec<_>, Vec<_>) = self
            .framing
            .jobs(&self.pixels, wanted)?
            .into_iter()
            .partition(|job| self.framing.is_whole(&self.pixels, &job.placement));
        let mut done = Vec::with_capacity(wanted.len());
        let mut made = Made::default();
        for job in &sized {
            done.push((job.index, self.sized(job, &mut made)?));
        }
        let placeholder = self.placeholder(&made)?;
        drop(made);
        self.whole(&whole, &mut done)?;
        Ok((done, placeholder))
    }

    fn sized(&self, job: &Job<'_>, made: &mut Made) -> Result<RenderedVariant, Rejection> {
        let pixels = self.framing.place(&self.pixels, &job.placement, made)?;
        let padded = pad(&pixels, &job.placement, job.background())?;
        let rendered = self.encode(job, padded, Orientation::UPRIGHT)?;
        made.keep(&job.placement, pixels);
        Ok(rendered)
    }

    fn placeholder(&self, made: &Made) -> Result<crate::Placeholder, Rejection> {
        let bounds = Resize {
            width: Some(placeholder::MAX_SIDE),
            height: Some(placeholder::MAX_SIDE),
            fit: Fit::Inside,
            enlarge: false,
        };
        let placement = Placement::new(self.framing.view, Some(&bounds), None);
        let small = self.framing.place(&self.pixels, &placement, made)?;
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
        let orientation = self.framing.orientation;
        for job in others {
            let rendered = self.encode(job, Cow::Borrowed(&self.pixels), orientation)?;
            done.push((job.index, rendered));
        }
        let Self {
            pixels,
            lossless,
            icc,
            ..
        } = self;
        let pixels = Cow::Owned(pixels);
        let rendered = encode_one(last, pixels, orientation, lossless, icc.as_deref())?;
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

fn encode_one(
    job: &Job<'_>,
    stored: Cow<'_, Pixels>,
    orientation: Orientation,
    from_lossless: bool,
    icc: Option<&[u8]>,
) -> Result<RenderedVariant, Rejection> {
    let encoding = job.variant.encoding;
    Ok(job.rendered(encode::still(
        stored,
        orientation,
        encoding,
        from_lossless,
        icc,
    )?))
}
