//! The sample photos in the binary. `crates/testkit` generates them.

/// A sample photo.
pub(super) struct Sample {
    pub(super) name: &'static str,
    /// A description for people.
    pub(super) about: &'static str,
    pub(super) bytes: &'static [u8],
}

macro_rules! sample {
    ($name:literal, $about:literal) => {
        Sample {
            name: $name,
            about: $about,
            bytes: include_bytes!(concat!("../../../samples/", $name)),
        }
    };
}

/// All samples.
pub(super) static SAMPLES: [Sample; 6] = [
    sample!("phone.jpg", "a photo from a phone that lay on its side"),
    sample!("phone.heic", "a HEIC photo, which browsers do not show"),
    sample!("screenshot.png", "a screenshot with the name of its author"),
    sample!("animation.gif", "an animation with a comment"),
    sample!(
        "panorama.jpg",
        "a panorama that is too wide for the profile `avatar`"
    ),
    sample!("invoice.jpg", "a PDF document with the name of an image"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_are_those_that_the_test_kit_generates() {
        let generated = darkroom_testkit::fixture::samples();
        assert_eq!(generated.len(), SAMPLES.len());
        for ((name, bytes), sample) in generated.into_iter().zip(&SAMPLES) {
            assert_eq!(name, sample.name);
            if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
                let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/");
                std::fs::write(format!("{folder}{name}"), bytes).unwrap();
            } else {
                assert!(
                    bytes == sample.bytes,
                    "{name} is stale: cargo xtask snapshots"
                );
            }
        }
        let total: usize = SAMPLES.iter().map(|sample| sample.bytes.len()).sum();
        assert!(total < 150_000, "{total} bytes in the binary");
    }
}
