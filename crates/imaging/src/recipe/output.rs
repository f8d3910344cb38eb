//! Bounds on the rendered variants.

use serde::{Deserialize, Serialize};

use super::Variant;

/// Bounds on the variants of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputLimits {
    /// The maximum number of bytes of all variants together.
    pub max_bytes: u64,
    /// The lowest quality for lossy variants. If the variants exceed `max_bytes`, their quality is
    /// lowered to this value in two steps. `None` rejects the source instead.
    pub min_quality: Option<u8>,
}

impl OutputLimits {
    /// Limits that do not bound anything.
    pub const NONE: Self = Self {
        max_bytes: u64::MAX,
        min_quality: None,
    };

    /// Returns the further attempts to make, in order, if the variants exceed `max_bytes`. There
    /// are at most two. Each attempt lists all variants, at lower qualities than the attempt
    /// before.
    pub(crate) fn lower_qualities(self, variants: &[Variant]) -> Vec<Vec<Variant>> {
        const STEPS: u8 = 2;
        let Some(min_quality) = self.min_quality else {
            return Vec::new();
        };
        let at_step = |step: u8| {
            // `fall` is at most 100, so twice `fall` fits into a byte.
            let lower = |quality: u8| {
                let fall = quality.min(100).saturating_sub(min_quality);
                quality - fall * step / STEPS
            };
            let variants = variants.iter().map(|variant| variant.map_quality(lower));
            variants.collect::<Vec<_>>()
        };
        let mut attempts: Vec<_> = (1..=STEPS).map(at_step).collect();
        attempts.dedup();
        attempts.retain(|attempt| attempt != variants);
        attempts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Encoding, IccPolicy, WebpMode};

    fn variant(quality: u8, mode: WebpMode) -> Variant {
        Variant {
            name: "original".to_owned(),
            resize: None,
            encoding: Encoding::Webp {
                quality,
                effort: 2,
                mode,
            },
            animated: true,
            icc: IccPolicy::ConvertToSrgb,
        }
    }

    fn qualities(quality: u8, mode: WebpMode, min_quality: Option<u8>) -> Vec<u8> {
        let limits = OutputLimits {
            max_bytes: 1,
            min_quality,
        };
        let attempts = limits.lower_qualities(&[variant(quality, mode)]);
        let quality = |attempt: &Vec<Variant>| match attempt[0].encoding {
            Encoding::Webp { quality, .. } => quality,
            _ => 0,
        };
        attempts.iter().map(quality).collect()
    }

    #[test]
    fn quality_falls_in_two_steps_to_min_quality() {
        assert!(qualities(85, WebpMode::Lossy, None).is_empty());
        assert!(qualities(85, WebpMode::Lossy, Some(90)).is_empty());
        assert_eq!(qualities(85, WebpMode::Auto, Some(60)), [73, 60]);
        assert_eq!(qualities(85, WebpMode::Lossy, Some(84)), [84]);
    }

    #[test]
    fn lossless_encodings_have_no_quality_to_lower() {
        assert!(qualities(85, WebpMode::Lossless, Some(10)).is_empty());
    }
}
