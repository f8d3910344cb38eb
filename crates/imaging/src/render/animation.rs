//! Rendering of all animated variants of an animation, frame by frame.

use super::plan::{IndexedVariant, RenderJob, VariantRequest, plan};
use super::resize_cache::ResizeCache;
use super::view::View;
use crate::Rejection;
use crate::encode::AnimationEncoder;
use crate::pixels::{Pixels, pad};

/// A renderer for the animated variants of an animation in one color space.
///
/// Only one frame of the source and the previous frame of each variant are in memory at a time.
pub(super) struct AnimationRenderer<'a> {
    view: View,
    requests: &'a [VariantRequest<'a>],
    /// Empty until the first frame is added.
    tracks: Vec<Track<'a>>,
}

/// The state of one variant.
struct Track<'a> {
    job: RenderJob<'a>,
    encoder: AnimationEncoder,
}

impl<'a> AnimationRenderer<'a> {
    /// Creates a renderer of variants whose encodings
    /// [support animation](crate::Encoding::supports_animation).
    pub(super) const fn new(view: View, requests: &'a [VariantRequest<'a>]) -> Self {
        Self {
            view,
            requests,
            tracks: Vec::new(),
        }
    }

    /// Adds the next composed frame, as it is stored.
    ///
    /// The first frame decides what `attention` keeps in all frames.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(super) fn add_frame(
        &mut self,
        stored: &Pixels,
        duration_ms: u32,
        is_source_lossless: bool,
    ) -> Result<(), Rejection> {
        if self.tracks.is_empty() {
            let track = |job: RenderJob<'a>| {
                let encoding = job.request.variant.encoding;
                let encoder = AnimationEncoder::new(encoding, is_source_lossless)?;
                Some(Track { job, encoder })
            };
            let jobs = plan(self.view, stored, self.requests)?;
            self.tracks = jobs.into_iter().filter_map(track).collect();
        }
        let mut cache = ResizeCache::default();
        for Track { job, encoder } in &mut self.tracks {
            let pixels = cache.place(self.view, stored, &job.placement)?;
            let padded = pad(&pixels, &job.placement, job.background())?;
            encoder.add_frame(padded.into_owned(), duration_ms)?;
            cache.insert(&job.placement, pixels);
        }
        Ok(())
    }

    /// Returns the variants, which play `plays` times; 0 means forever.
    pub(super) fn finish(self, plays: u16, icc: Option<&[u8]>) -> Vec<IndexedVariant> {
        let finish = |Track { job, encoder }: Track<'a>| job.finish(encoder.finish(plays, icc));
        self.tracks.into_iter().map(finish).collect()
    }
}
