//! The next step after a rejection, for the person who runs a command.

use darkroom_contract::{Profile, ProfileName, Profiles};
use darkroom_imaging::RejectionCode;

/// Returns the next step after a rejection by a profile, if there is one.
pub(crate) fn after_rejection(
    code: RejectionCode,
    profile: &ProfileName,
    profiles: &Profiles,
) -> Option<String> {
    let limit = match code {
        RejectionCode::TooManyBytes => |profile: &Profile| profile.max_bytes.as_u64(),
        RejectionCode::DimensionsExceeded => {
            |profile: &Profile| u64::from(profile.max_width.min(profile.max_height))
        }
        RejectionCode::TooManyPixels => |profile: &Profile| u64::from(profile.max_megapixels),
        RejectionCode::TooManyFrames => |profile: &Profile| u64::from(profile.max_frames),
        RejectionCode::OutputTooLarge => |profile: &Profile| profile.max_output_bytes.as_u64(),
        other => return general(other).map(str::to_owned),
    };
    let setting = match code {
        RejectionCode::TooManyBytes => "max_bytes",
        RejectionCode::DimensionsExceeded => "max_width and max_height",
        RejectionCode::TooManyPixels => "max_megapixels",
        RejectionCode::TooManyFrames => "max_frames",
        _ => "max_output_bytes",
    };
    let used = profiles.get(profile).map_or(0, limit);
    let mut larger: Vec<_> = profiles
        .iter()
        .filter(|(_, other)| limit(other) > used)
        .collect();
    larger.sort_by_key(|(_, profile)| limit(profile));
    Some(match larger.first() {
        Some((name, _)) => format!("try --profile {name}, which accepts more"),
        None => format!("raise {setting} in [profiles.{profile}] if such files are expected"),
    })
}

/// Returns the next step after a rejection that depends on no limit of the profile.
const fn general(code: RejectionCode) -> Option<&'static str> {
    match code {
        RejectionCode::TooExpensive | RejectionCode::OutOfMemory => {
            Some("raise render.max_memory if such images are expected")
        }
        RejectionCode::TimedOut => Some("raise render.timeout if such images are expected"),
        RejectionCode::UnsupportedFormat => {
            Some("export the image as JPEG, PNG, WebP, GIF, HEIC or AVIF")
        }
        RejectionCode::Corrupt => Some("the file is incomplete or damaged: copy it again"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(code: RejectionCode, profile: &str) -> Option<String> {
        after_rejection(code, &profile.parse().unwrap(), &Profiles::default())
    }

    #[test]
    fn a_photo_that_exceeds_a_profile_is_referred_to_a_larger_one() {
        for code in [
            RejectionCode::TooManyBytes,
            RejectionCode::DimensionsExceeded,
            RejectionCode::OutputTooLarge,
        ] {
            let avatar = hint(code, "avatar").unwrap();
            assert!(avatar.starts_with("try --profile photo"), "{avatar}");
            let photo = hint(code, "photo").unwrap();
            assert!(photo.contains("in [profiles.photo]"), "{photo}");
        }
        assert_eq!(hint(RejectionCode::Empty, "avatar"), None);
        let memory = hint(RejectionCode::TooExpensive, "avatar").unwrap();
        assert!(memory.contains("render.max_memory"), "{memory}");
    }
}
