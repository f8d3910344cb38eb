//! All variants of an animation that stay animated, made frame by frame.

use crate::encode::AnimationEncoder;
use crate::framing::{Framing, Job, Made, Wanted};
use crate::pixels::Pixels;
use crate::placement::pad;
use crate::{Rejection, RenderedVariant};

/// Variants in one colour space. One frame of the source at a time is in memory, and of each
/// variant the one before.
pub(crate) struct Reel<'a> {
    framing: Framing,
    wanted: &'a [Wanted<'a>],
    /// Empty until the first frame is there.
    strips: Vec<Strip<'a>>,
}

/// One variant.
struct Strip<'a> {
    job: Job<'a>,
    encoder: AnimationEncoder,
}

impl<'a> Reel<'a> {
    /// Variants whose encodings [can be animated](crate::Encoding::can_be_animated).
    pub(crate) const fn new(framing: Framing, wanted: &'a [Wanted<'a>]) -> Self {
        Self {
            framing,
            wanted,
            strips: Vec::new(),
        }
    }

    /// Takes in the next composed frame, as it is stored. What is salient in the first stays in
    /// view in all.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn add(
        &mut self,
        stored: &Pixels,
        duration_ms: u32,
        from_lossless: bool,
    ) -> Result<(), Rejection> {
        if self.strips.is_empty() {
            let strip = |job: Job<'a>| Strip {
                encoder: AnimationEncoder::new(job.variant.encoding, from_lossless),
                job,
            };
            let jobs = self.framing.jobs(stored, self.wanted)?;
            self.strips = jobs.into_iter().map(strip).collect();
        }
        let mut made = Made::default();
        for Strip { job, encoder } in &mut self.strips {
            let pixels = self.framing.place(stored, &job.placement, &made)?;
            let padded = pad(&pixels, &job.placement, job.background())?;
            encoder.add(padded.into_owned(), duration_ms)?;
            made.keep(&job.placement, pixels);
        }
        Ok(())
    }

    /// The variants with their indices, to be played `plays` times, 0 is for ever.
    pub(crate) fn finish(self, plays: u16, icc: Option<&[u8]>) -> Vec<(usize, RenderedVariant)> {
        let finish = |Strip { job, encoder }: Strip<'a>| {
            (job.index, job.rendered(encoder.finish(plays, icc)))
        };
        self.strips.into_iter().map(finish).collect()
    }
}
