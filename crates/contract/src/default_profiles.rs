//! The profiles that exist without any settings, and the defaults of a new profile.

use bytesize::ByteSize;
use darkroom_imaging::SourceFormat;

use crate::{Access, Profile, Profiles, VariantSettings};

impl Default for Profiles {
    /// Creates the default profiles, `avatar` and `photo`.
    fn default() -> Self {
        [("avatar", Profile::avatar()), ("photo", Profile::photo())]
            .into_iter()
            .filter_map(|(name, profile)| Some((name.parse().ok()?, profile)))
            .collect()
    }
}

impl Default for Profile {
    /// Creates a profile with the limits and variants of `avatar`, but without a prefix.
    ///
    /// It does not accept JPEG XL, because the limits of a profile do not bound the time that
    /// decoding a hostile file of that format takes. Only `render.timeout` ends it.
    fn default() -> Self {
        Self {
            prefix: String::new(),
            formats: vec![
                SourceFormat::Jpeg,
                SourceFormat::Png,
                SourceFormat::Webp,
                SourceFormat::Gif,
                SourceFormat::Heic,
                SourceFormat::Avif,
            ],
            max_bytes: ByteSize::mib(10),
            max_width: 4096,
            max_height: 4096,
            max_megapixels: 100,
            max_frames: 100,
            max_animation_megapixels: 100,
            max_output_bytes: ByteSize::mib(16),
            min_quality: None,
            quota_uploads: None,
            quota_bytes: None,
            access: Access::Public,
            review: false,
            keep_metadata: Vec::new(),
            variants: vec![original(), thumb()],
        }
    }
}

impl Profile {
    pub(crate) fn avatar() -> Self {
        Self {
            prefix: "avatars".to_owned(),
            ..Self::default()
        }
    }

    fn photo() -> Self {
        Self {
            prefix: "photos".to_owned(),
            max_bytes: ByteSize::mib(40),
            max_width: 16_384,
            max_height: 16_384,
            max_output_bytes: ByteSize::mib(64),
            variants: vec![original(), large(), thumb()],
            ..Self::default()
        }
    }
}

fn original() -> VariantSettings {
    VariantSettings::webp("original", "", 85)
}

fn large() -> VariantSettings {
    VariantSettings::webp("large", "_large", 82).inside(2048)
}

fn thumb() -> VariantSettings {
    VariantSettings::webp("thumb", "_thumb", 80).inside(400)
}

#[cfg(test)]
mod tests {
    use crate::{Profiles, RawKey};

    #[test]
    fn the_defaults_are_the_documented_ones() {
        let profiles = Profiles::default();
        profiles.validate().unwrap();
        let avatar = profiles.get(&"avatar".parse().unwrap()).unwrap();
        let recipe = avatar.recipe(None);
        assert_eq!(recipe.limits.max_bytes, 10 * 1024 * 1024);
        assert_eq!(
            (recipe.limits.max_width, recipe.limits.max_frames),
            (4096, 100)
        );
        let upload = RawKey::new("avatar".parse().unwrap(), "u123".parse().unwrap());
        let id = upload.id;
        assert_eq!(
            avatar.variant_keys(&upload),
            [
                format!("avatars/u123/{id}.webp"),
                format!("avatars/u123/{id}_thumb.webp")
            ]
        );
        let photo = profiles.get(&"photo".parse().unwrap()).unwrap();
        assert_eq!(photo.recipe(None).limits.max_pixels, 100_000_000);
        assert_eq!(photo.variants.len(), 3);
    }
}
