//! Rendering of all animated variants of an animation, frame by frame.

use std::borrow::Cow;

use super::plan::{IndexedVariant, RenderJob, VariantRequest, plan};
use super::resize_cache::is_base;
use super::view::View;
use crate::Rejection;
use crate::encode::AnimationEncoder;
use crate::geometry::{Area, Orientation, Placement, Scaling, Size};
use crate::pixels::{Layout, Pixels, changed_area, pad, place, resample_part, to_upright};

/// A renderer for the animated variants of an animation in one color space.
///
/// For each frame, it scales and encodes only the area that changes. It keeps the canvas and the
/// last frame of each variant in memory.
pub(super) struct AnimationRenderer<'a> {
    view: View,
    /// The size of the canvas as it is stored.
    stored: Size,
    /// The upright RGBA canvas after the last frame.
    canvas: Pixels,
    requests: &'a [VariantRequest<'a>],
    /// The state of each variant, large variants first. Empty until the first frame is added.
    tracks: Vec<Track<'a>>,
}

/// The state of one variant.
struct Track<'a> {
    job: RenderJob<'a>,
    /// The index of the track from whose pixels this variant is made; `None` if the variant is made
    /// from the canvas.
    base: Option<usize>,
    /// The scaling from the base, without the padding.
    scaling: Scaling,
    encoder: AnimationEncoder,
    /// The area that the last frame changed.
    changed: Option<Area>,
}

impl<'a> AnimationRenderer<'a> {
    /// Creates a renderer with a canvas of the size `stored`; `None` if there are no variants. The
    /// encoding of each variant must [support animation](crate::Encoding::supports_animation).
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(super) fn new(
        view: View,
        stored: Size,
        requests: &'a [VariantRequest<'a>],
    ) -> Result<Option<Self>, Rejection> {
        if requests.is_empty() {
            return Ok(None);
        }
        let upright = view.orientation.apply_to_size(stored);
        Ok(Some(Self {
            view,
            stored,
            canvas: Pixels::zeroed(upright, Layout::Rgba)?,
            requests,
            tracks: Vec::new(),
        }))
    }

    /// Adds a frame. `change` is the area of the canvas that changes, in stored coordinates, and
    /// its new pixels.
    ///
    /// The first frame decides which part the gravity `attention` keeps in all frames.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(super) fn add_frame(
        &mut self,
        change: Option<(Area, Pixels)>,
        duration_ms: u32,
        is_source_lossless: bool,
    ) -> Result<(), Rejection> {
        let changed = match change {
            Some((area, pixels)) => self.change_canvas(area, pixels)?,
            None => None,
        };
        if self.tracks.is_empty() {
            return self.start_tracks(duration_ms, is_source_lossless);
        }
        for index in 0..self.tracks.len() {
            let (larger, rest) = self.tracks.split_at_mut(index);
            let Some(track) = rest.first_mut() else { break };
            match track.base {
                Some(base) => {
                    let base = &larger[base];
                    track.add_frame(base.encoder.displayed(), base.changed, duration_ms)?;
                }
                None => track.add_frame(&self.canvas, changed, duration_ms)?,
            }
        }
        Ok(())
    }

    /// Returns the number of bytes that all frames of all variants have so far.
    pub(super) fn byte_count(&self) -> usize {
        let tracks = self.tracks.iter();
        tracks.map(|track| track.encoder.byte_count()).sum()
    }

    /// Returns the variants, which play `plays` times; 0 means forever.
    pub(super) fn finish(self, plays: u16, icc: Option<&[u8]>) -> Vec<IndexedVariant> {
        let finish = |track: Track<'a>| track.job.finish(track.encoder.finish(plays, icc));
        self.tracks.into_iter().map(finish).collect()
    }

    /// Draws pixels on the canvas, and returns the area that looks different now.
    fn change_canvas(&mut self, area: Area, pixels: Pixels) -> Result<Option<Area>, Rejection> {
        let orientation = self.view.orientation;
        let pixels = to_upright(Cow::Owned(pixels.with_alpha()?), orientation)?;
        let place = area.to_upright(orientation, self.stored);
        let changed = changed_area(&self.canvas, place, &pixels);
        self.canvas.paste(&pixels, (place.x, place.y));
        Ok(changed)
    }

    fn start_tracks(
        &mut self,
        duration_ms: u32,
        is_source_lossless: bool,
    ) -> Result<(), Rejection> {
        let view = self.view.upright();
        let copy = |small: &Placement| place(&self.canvas, Orientation::UPRIGHT, small);
        for job in plan(view, self.requests, copy)? {
            let base = self.base_for(&job.placement);
            let (source, scaling) = match base.and_then(|base| self.tracks.get(base)) {
                Some(base) => {
                    let pixels = base.encoder.displayed();
                    (
                        pixels,
                        Scaling::from_sizes(pixels.size(), job.placement.size),
                    )
                }
                None => (&self.canvas, job.placement.scaling()),
            };
            let whole = Area::from_size(scaling.size);
            let pixels = resample_part(source, scaling, whole)?;
            let padded = pad(&pixels, &job.placement, job.background())?.into_owned();
            let encoding = job.request.variant.encoding;
            let encoder = AnimationEncoder::new(encoding, is_source_lossless, padded, duration_ms)?;
            if let Some(encoder) = encoder {
                self.tracks.push(Track {
                    job,
                    base,
                    scaling,
                    encoder,
                    changed: None,
                });
            }
        }
        Ok(())
    }

    /// Returns the index of the smallest variant from which a variant with this placement can be
    /// made.
    ///
    /// A padded variant is never a base, because the filter would reach into its padding.
    fn base_for(&self, placement: &Placement) -> Option<usize> {
        self.tracks.iter().rposition(|track| {
            let base = &track.job.placement;
            base.size == base.canvas && is_base(base.source, base.size, placement)
        })
    }
}

impl Track<'_> {
    /// Adds a frame that changes the area `changed` of the variant's base.
    fn add_frame(
        &mut self,
        base: &Pixels,
        changed: Option<Area>,
        duration_ms: u32,
    ) -> Result<(), Rejection> {
        self.changed = match changed.and_then(|changed| self.scaling.affected_by(changed)) {
            Some(part) => {
                let pixels = resample_part(base, self.scaling, part)?;
                let (left, top) = self.job.placement.offset;
                let place = part.translated(left, top);
                self.encoder.add_change(place, pixels, duration_ms)?
            }
            None => {
                self.encoder.add_repetition(duration_ms)?;
                None
            }
        };
        Ok(())
    }
}
