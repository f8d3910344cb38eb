//! Twenty kinds of pictures, and what must become of each.

use bytes::Bytes;
use darkroom_contract::{Profile, Profiles, sha256_hex};
use darkroom_imaging::render;
use darkroom_testkit::fixture::animation::small_animation;
use darkroom_testkit::fixture::damage::{script, truncated};
use darkroom_testkit::fixture::{
    CANARY, Exif, Gif, Jpeg, Png, Webp, icc_profile, rotated_for_orientation, scene,
};

/// A file to upload, and what it must become.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pub(crate) bytes: Bytes,
    pub(crate) expected: Expected,
}

/// The one right outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expected {
    /// SHA-256 of every variant, in the profile's order.
    Ready(Vec<String>),
    /// The code of the rejection.
    Rejected(String),
}

impl Picture {
    /// The same source and recipe give the same bytes, so what is right is found by rendering it
    /// here, where nothing goes wrong.
    pub(crate) fn new(bytes: Vec<u8>) -> anyhow::Result<Self> {
        let expected = match render(&bytes, &avatar()?.recipe(None)) {
            Ok(rendered) => {
                let variants = rendered.variants.iter();
                Expected::Ready(variants.map(|variant| sha256_hex(&variant.bytes)).collect())
            }
            Err(rejection) => Expected::Rejected(rejection.code.name().to_owned()),
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
        .ok_or_else(|| anyhow::anyhow!("there is no profile avatar"))
}

/// Sixteen that become pictures and four that must be rejected.
pub(crate) fn twenty_kinds() -> anyhow::Result<Vec<Picture>> {
    let picture = scene(320, 240);
    let moving = small_animation();
    let transparent = moving.composed().swap_remove(1);
    let gray = image::DynamicImage::from(picture.clone()).into_luma8();
    let on_its_side = Jpeg::of(&rotated_for_orientation(&picture, 6));
    let private = Exif::new()
        .orientation(6)
        .gps(48.85, 2.29)
        .user_comment(CANARY);
    let jpeg = Jpeg::of(&picture).build();
    [
        jpeg.clone(),
        Jpeg::of(&scene(1600, 1200)).build(),
        Jpeg::of(&scene(300, 500)).build(),
        on_its_side.exif(&private).build(),
        Jpeg::of_gray(&gray).build(),
        Jpeg::of(&picture).icc(&icc_profile("sRGB")).build(),
        Jpeg::of(&picture).tail(&[7; 5000]).build(),
        Jpeg::of(&scene(1, 1)).build(),
        Png::of(&picture).build(),
        Png::of_rgba(&transparent).build(),
        Png::of(&picture).text("Author", CANARY).build(),
        Gif::of(&picture).build(),
        moving.gif(),
        Webp::lossy(&picture, 80).build(),
        Webp::of(&picture).build(),
        moving.webp(),
        truncated(&jpeg, 60),
        Jpeg::of(&scene(4097, 8)).build(),
        script(),
        Vec::new(),
    ]
    .into_iter()
    .map(Picture::new)
    .collect()
}

/// A picture unlike any other of another number.
pub(crate) fn numbered(number: u32) -> anyhow::Result<Picture> {
    Picture::new(Jpeg::of(&scene(40 + number % 97, 30 + number / 97 % 89)).build())
}
