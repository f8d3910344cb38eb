//! Profiles: the limits of an upload and the variants to make.

use std::collections::{BTreeMap, BTreeSet};

use bytesize::ByteSize;
use darkroom_imaging::{CropBox, KeptMetadata, Limits, OutputLimits, Recipe, SourceFormat};
use serde::{Deserialize, Serialize};

use crate::key::{MANIFEST_PREFIX, RAW_PREFIX, REVIEW_PREFIX, TOMBSTONE_PREFIX};
use crate::{Access, Owner, ProfileName, RawKey, SettingError, VariantSettings};

/// One kind of upload: its limits and its variants (`[profiles.NAME]`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// The first segments of the variants' keys, without a leading or trailing slash.
    pub prefix: String,
    /// The accepted formats.
    pub formats: Vec<SourceFormat>,
    /// The maximum size of a raw object.
    pub max_bytes: ByteSize,
    /// The maximum stored width of a source, in pixels.
    pub max_width: u32,
    /// The maximum stored height of a source, in pixels.
    pub max_height: u32,
    /// The maximum width times height of a source, in millions of pixels.
    pub max_megapixels: u32,
    /// The maximum number of frames of an animation.
    pub max_frames: u32,
    /// The maximum width times height times frames of an animation, in millions of pixels.
    pub max_animation_megapixels: u32,
    /// The maximum number of bytes of all variants together.
    pub max_output_bytes: ByteSize,
    /// The lowest quality at which variants are encoded again if they exceed `max_output_bytes`. If
    /// it is not set, such an upload is rejected at once.
    pub min_quality: Option<u8>,
    /// The maximum number of uploads that an owner may keep, if there is one.
    pub quota_uploads: Option<u64>,
    /// The maximum size of all raw objects that an owner may keep, if there is one.
    pub quota_bytes: Option<ByteSize>,
    /// The access to the variants.
    pub access: Access,
    /// `true` if the variants are published only after a reviewer has approved the upload.
    pub review: bool,
    /// The statements of rights that every variant keeps. By default, variants contain no metadata.
    pub keep_metadata: Vec<KeptMetadata>,
    /// The variants to make, in the order of the manifest.
    #[serde(deserialize_with = "crate::variant::expanded")]
    pub variants: Vec<VariantSettings>,
}

/// All profiles by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Profiles(BTreeMap<ProfileName, Profile>);

impl FromIterator<(ProfileName, Profile)> for Profiles {
    fn from_iter<I: IntoIterator<Item = (ProfileName, Profile)>>(profiles: I) -> Self {
        Self(profiles.into_iter().collect())
    }
}

impl Profiles {
    /// Returns the profile with this name.
    pub fn get(&self, name: &ProfileName) -> Option<&Profile> {
        self.0.get(name)
    }

    /// Returns all profiles with their names, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&ProfileName, &Profile)> {
        self.0.iter()
    }

    /// Checks the rules that the types do not express.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn validate(&self) -> Result<(), SettingError> {
        for (name, profile) in &self.0 {
            let section = format!("profiles.{name}");
            profile.validate().map_err(|error| error.within(&section))?;
        }
        Ok(())
    }
}

impl Profile {
    /// Returns the recipe for an upload with this crop.
    pub fn recipe(&self, crop: Option<CropBox>) -> Recipe {
        const MEGAPIXEL: u64 = 1_000_000;
        Recipe {
            limits: Limits {
                max_bytes: self.max_bytes.as_u64(),
                max_width: self.max_width,
                max_height: self.max_height,
                max_pixels: u64::from(self.max_megapixels) * MEGAPIXEL,
                max_frames: self.max_frames,
                max_total_pixels: u64::from(self.max_animation_megapixels) * MEGAPIXEL,
                formats: self.formats.clone(),
            },
            crop,
            output: OutputLimits {
                max_bytes: self.max_output_bytes.as_u64(),
                min_quality: self.min_quality,
            },
            keep: self.keep_metadata.clone(),
            variants: self.variants.iter().map(VariantSettings::variant).collect(),
        }
    }

    /// Returns the keys of the variants of one upload, in the order of the profile.
    pub fn variant_keys(&self, upload: &RawKey) -> Vec<String> {
        self.variants
            .iter()
            .map(|variant| {
                upload.variant_key(&self.prefix, &variant.suffix, variant.format.extension())
            })
            .collect()
    }

    /// Returns the prefix of the keys of an owner's variants: `{prefix}/{owner}/`.
    pub fn owner_prefix(&self, owner: &Owner) -> String {
        format!("{}/{owner}/", self.prefix)
    }

    fn validate(&self) -> Result<(), SettingError> {
        SettingError::ensure(
            is_prefix(&self.prefix),
            "prefix",
            "must be segments of A-Z a-z 0-9 _ - joined by slashes, and not below raw, \
             manifests, deleted or review, which contain uploads, outcomes, tombstones and reviews",
        )?;
        SettingError::ensure(
            !self.formats.is_empty(),
            "formats",
            "must name at least one format",
        )?;
        SettingError::ensure(
            self.max_output_bytes > ByteSize::b(0),
            "max_output_bytes",
            "must be more than 0",
        )?;
        SettingError::ensure(
            self.min_quality.is_none_or(|quality| quality <= 100),
            "min_quality",
            "must be 0 to 100",
        )?;
        self.validate_variants()
    }

    fn validate_variants(&self) -> Result<(), SettingError> {
        SettingError::ensure(
            !self.variants.is_empty(),
            "variants",
            "must contain at least one variant",
        )?;
        let mut names = BTreeSet::new();
        let mut suffixes = BTreeSet::new();
        for (index, variant) in self.variants.iter().enumerate() {
            let suffix = (&variant.suffix, variant.format.extension());
            variant
                .validate()
                .and_then(|()| {
                    let is_new = names.insert(&variant.name);
                    SettingError::ensure(is_new, "name", "must differ from every other variant's")
                })
                .and_then(|()| {
                    let is_new = suffixes.insert(suffix);
                    let problem = "must differ from that of every other variant in the same format";
                    SettingError::ensure(is_new, "suffix", problem)
                })
                .map_err(|error| error.within(&format!("variants.{index}")))?;
        }
        Ok(())
    }
}

/// Returns `true` for a valid prefix. The prefixes of raw objects, manifests, tombstones and
/// reviews are invalid. For example, a variant below `raw/` would be processed as a new upload, endlessly.
fn is_prefix(prefix: &str) -> bool {
    let below = format!("{prefix}/");
    let reserved = [RAW_PREFIX, MANIFEST_PREFIX, TOMBSTONE_PREFIX, REVIEW_PREFIX];
    prefix.len() <= 128
        && !reserved.iter().any(|reserved| below.starts_with(reserved))
        && prefix.split('/').all(|segment| {
            !segment.is_empty()
                && segment
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        })
}

#[cfg(test)]
mod tests {
    use darkroom_imaging::OutputFormat;

    use super::*;

    #[test]
    fn a_malformed_or_reserved_prefix_is_invalid() {
        for prefix in [
            "raw",
            "raw/x",
            "manifests",
            "deleted/x",
            "review",
            "",
            "/a",
            "a/",
            "a//b",
            "../a",
            "a b",
        ] {
            let profile = Profile {
                prefix: prefix.to_owned(),
                ..Profile::default()
            };
            assert_eq!(
                profile.validate().unwrap_err().key(),
                "prefix",
                "{prefix:?}"
            );
        }
        for prefix in ["raws", "a/raw", "avatars"] {
            let profile = Profile {
                prefix: prefix.to_owned(),
                ..Profile::default()
            };
            assert_eq!(profile.validate(), Ok(()), "{prefix:?}");
        }
    }

    #[test]
    fn two_variants_cannot_have_the_same_key() {
        let mut profile = Profile::avatar();
        profile.variants[1].suffix.clear();
        assert_eq!(profile.validate().unwrap_err().key(), "variants.1.suffix");
        profile.variants[1].format = OutputFormat::Jpeg;
        assert_eq!(profile.validate(), Ok(()));
    }

    #[test]
    fn a_change_of_quality_or_crop_changes_the_digest_of_the_recipe() {
        let profile = Profile::avatar();
        let digest = profile.recipe(None).digest();
        let mut other = profile.clone();
        other.variants[0].quality = Some(84);
        assert_ne!(other.recipe(None).digest(), digest);
        let crop = Some(CropBox {
            x: 0,
            y: 0,
            width: 1,
            height: 1,
        });
        assert_ne!(profile.recipe(crop).digest(), digest);
        assert_eq!(profile.recipe(None).digest(), digest);
    }
}
