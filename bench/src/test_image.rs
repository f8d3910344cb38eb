//! Twenty kinds of test images, each with its expected outcome.

use bytes::Bytes;
use darkroom_contract::{Profile, Profiles, sha256_hex};
use darkroom_imaging::render;
use darkroom_testkit::fixture::animation::small_animation;
use darkroom_testkit::fixture::damage::{script, truncated};
use darkroom_testkit::fixture::{
    CANARY, Exif, Gif, Jpeg, Png, Webp, icc_profile, rotated_for_orientation, scene,
};

/// A file to upload, with its expected outcome.
#[derive(Debug, Clone)]
pub(crate) struct TestImage {
    pub(crate) bytes: Bytes,
    pub(crate) expected: ExpectedOutcome,
}

/// The outcome that an upload must get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ExpectedOutcome {
    /// `ready`, with the SHA-256 of every variant in the profile's order.
    Ready(Vec<String>),
    /// `rejected`, with this code.
    Rejected(String),
}

impl TestImage {
    /// Renders the file in this process to get its expected outcome. The same source and recipe
    /// always give the same bytes.
    pub(crate) fn new(bytes: Vec<u8>) -> anyhow::Result<Self> {
        let expected = match render(&bytes, &avatar()?.recipe(None)) {
            Ok(rendered) => {
                let variants = rendered.variants.iter();
                ExpectedOutcome::Ready(variants.map(|variant| sha256_hex(&variant.bytes)).collect())
            }
            Err(rejection) => ExpectedOutcome::Rejected(rejection.code.name().to_owned()),
        };
        Ok(Self {
            bytes: bytes.into(),
            expected,
        })
    }
}

fn avatar() -> anyhow::Result<Profile> {
    let profiles = Profiles::default();
    let profile = profiles.get(&"avatar".parse()?);
    profile
        .cloned()
        .ok_or_else(|| anyhow::anyhow!("no profile avatar"))
}

/// Returns sixteen images that can be rendered and four files that must be rejected.
pub(crate) fn twenty_kinds() -> anyhow::Result<Vec<TestImage>> {
    let image = scene(320, 240);
    let moving = small_animation();
    let transparent = moving.composed().swap_remove(1);
    let gray = image::DynamicImage::from(image.clone()).into_luma8();
    let on_its_side = Jpeg::new(&rotated_for_orientation(&image, 6));
    let private = Exif::new()
        .orientation(6)
        .gps(48.85, 2.29)
        .user_comment(CANARY);
    let jpeg = Jpeg::new(&image).build();
    [
        jpeg.clone(),
        Jpeg::new(&scene(1600, 1200)).build(),
        Jpeg::new(&scene(300, 500)).build(),
        on_its_side.exif(&private).build(),
        Jpeg::from_gray(&gray).build(),
        Jpeg::new(&image).icc(&icc_profile("sRGB")).build(),
        Jpeg::new(&image).tail(&[7; 5000]).build(),
        Jpeg::new(&scene(1, 1)).build(),
        Png::new(&image).build(),
        Png::from_rgba(&transparent).build(),
        Png::new(&image).text("Author", CANARY).build(),
        Gif::new(&image).build(),
        moving.gif(),
        Webp::lossy(&image, 80).build(),
        Webp::new(&image).build(),
        moving.webp(),
        truncated(&jpeg, 60),
        Jpeg::new(&scene(4097, 8)).build(),
        script(),
        Vec::new(),
    ]
    .into_iter()
    .map(TestImage::new)
    .collect()
}

/// Returns an image whose size depends on `number`. No two numbers below 97 x 89 = 8,633 give the
/// same size.
pub(crate) fn numbered(number: u32) -> anyhow::Result<TestImage> {
    TestImage::new(Jpeg::new(&scene(40 + number % 97, 30 + number / 97 % 89)).build())
}
