//! An animated source. Its animated variants are rendered together, frame by frame.

use super::animation::AnimationRenderer;
use super::output_tally::OutputTally;
use super::plan::{IndexedVariant, VariantRequest};
use super::source_file::SourceFile;
use super::split::split_by_profile;
use super::view::View;
use crate::Rejection;
use crate::animation::ComposedFrame;
use crate::color::ColorConverter;

/// An animated source that can render several variants in one pass.
pub(super) struct AnimatedSource<'a> {
    pub(super) source: &'a SourceFile<'a>,
    pub(super) colors: &'a ColorConverter,
    pub(super) view: View,
}

impl AnimatedSource<'_> {
    /// Renders animated variants. Also returns a description of the damage to the source, if there is
    /// any.
    ///
    /// # Errors
    /// `corrupt`, `out_of_memory` or `output_too_large`.
    pub(super) fn render(
        &self,
        requests: &[VariantRequest<'_>],
        tally: &mut OutputTally,
    ) -> Result<(Vec<IndexedVariant>, Option<&'static str>), Rejection> {
        let (header, colors) = (self.source.header, self.colors);
        let mut animation = self
            .source
            .format
            .open_animation(self.source.bytes, header)?;
        let (kept, converted) = split_by_profile(requests, colors);
        let mut kept = AnimationRenderer::new(self.view, header.size(), &kept)?;
        let mut converted = AnimationRenderer::new(self.view, header.size(), &converted)?;
        while let Some(frame) = animation.next_frame()? {
            let ComposedFrame {
                change,
                duration_ms,
            } = frame;
            let is_lossless = animation.is_lossless();
            if let Some(kept) = &mut kept {
                let pixels = change.as_ref().map(|change| {
                    let pixels = colors.unconverted(&change.decoded)?;
                    Ok((change.area, pixels))
                });
                kept.add_frame(pixels.transpose()?, duration_ms, is_lossless)?;
            }
            if let Some(converted) = &mut converted {
                let pixels = change.map(|change| {
                    let pixels = colors.to_srgb(change.decoded)?;
                    Ok((change.area, pixels))
                });
                converted.add_frame(pixels.transpose()?, duration_ms, is_lossless)?;
            }
            let renderers = kept.iter().chain(&converted);
            let bytes: usize = renderers.map(AnimationRenderer::byte_count).sum();
            tally.check(bytes as u64)?;
        }
        let plays = animation.plays();
        let kept = kept.map(|kept| kept.finish(plays, colors.rgb_profile()));
        let converted = converted.map(|converted| converted.finish(plays, None));
        let variants: Vec<_> = kept.into_iter().chain(converted).flatten().collect();
        tally.add(
            variants
                .iter()
                .map(|(_, variant)| variant.bytes.len())
                .sum(),
        )?;
        Ok((variants, animation.damage()))
    }
}
