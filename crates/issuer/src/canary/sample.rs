//! The images of canaries.

use darkroom_imaging::SourceFormat;

/// A tiny image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sample {
    pub(super) content_type: &'static str,
    pub(super) bytes: &'static [u8],
}

/// The images, 16 pixels wide, in the order of preference.
const SAMPLES: [(SourceFormat, Sample); 4] = [
    (
        SourceFormat::Png,
        Sample {
            content_type: "image/png",
            bytes: include_bytes!("canary.png"),
        },
    ),
    (
        SourceFormat::Jpeg,
        Sample {
            content_type: "image/jpeg",
            bytes: include_bytes!("canary.jpg"),
        },
    ),
    (
        SourceFormat::Gif,
        Sample {
            content_type: "image/gif",
            bytes: include_bytes!("canary.gif"),
        },
    ),
    (
        SourceFormat::Webp,
        Sample {
            content_type: "image/webp",
            bytes: include_bytes!("canary.webp"),
        },
    ),
];

impl Sample {
    /// Returns an image in one of these formats.
    pub(super) fn for_formats(formats: &[SourceFormat]) -> Option<Self> {
        let mut samples = SAMPLES.iter();
        let sample = samples.find(|(format, _)| formats.contains(format));
        sample.map(|(_, sample)| *sample)
    }
}

#[cfg(test)]
mod tests {
    use darkroom_contract::Profile;

    use super::*;

    #[test]
    fn every_image_is_one_of_its_format_and_can_be_rendered() {
        let profile = Profile::default();
        for (format, sample) in SAMPLES {
            let recipe = profile.recipe(None);
            let rendered = darkroom_imaging::render(sample.bytes, &recipe).unwrap();
            assert_eq!(rendered.source.format, format);
            assert_eq!((rendered.source.width, rendered.source.height), (16, 12));
            assert!(sample.bytes.len() < 400);
        }
    }
}
