//! The section `[canary]` of the settings.

use std::time::Duration;

use darkroom_contract::{ProfileName, Profiles, SettingError};
use serde::{Deserialize, Serialize};

use super::sample::Sample;

/// The canary of each issuer (`[canary]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CanarySettings {
    /// The time between two canaries. With 0, there are none.
    #[serde(with = "humantime_serde")]
    pub interval: Duration,
    /// The profile of the canary. It must exist only if there are canaries.
    pub profile: String,
    /// The time after which a canary that is not ready counts as failed.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
}

impl Default for CanarySettings {
    fn default() -> Self {
        Self {
            interval: Duration::ZERO,
            profile: "avatar".to_owned(),
            timeout: Duration::from_secs(30),
        }
    }
}

impl CanarySettings {
    /// The shortest interval. Every canary costs calls to S3.
    const MIN_INTERVAL: Duration = Duration::from_secs(10);

    /// Checks the values, unless there are no canaries. `max_timeout` is the lifetime of upload
    /// URLs.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn validate(&self, profiles: &Profiles, max_timeout: Duration) -> Result<(), SettingError> {
        // The default timeout may exceed a short `upload_expiry`.
        if self.interval.is_zero() {
            return Ok(());
        }
        SettingError::ensure(
            self.interval >= Self::MIN_INTERVAL,
            "canary.interval",
            "must be 0 or at least 10 s",
        )?;
        SettingError::ensure(
            (Duration::from_secs(1)..=max_timeout).contains(&self.timeout),
            "canary.timeout",
            "must be between 1 s and issuer.upload_expiry",
        )?;
        self.sample(profiles)?;
        Ok(())
    }

    /// Returns the profile, and an image that it accepts.
    pub(super) fn sample(
        &self,
        profiles: &Profiles,
    ) -> Result<(ProfileName, Sample), SettingError> {
        const KEY: &str = "canary.profile";
        let name: Option<ProfileName> = self.profile.parse().ok();
        let profile = name.and_then(|name| Some((profiles.get(&name)?, name)));
        let (profile, name) =
            profile.ok_or_else(|| SettingError::new(KEY, "must be a configured profile"))?;
        let sample = Sample::for_formats(&profile.formats);
        let sample = sample.ok_or_else(|| {
            let problem = "must be a profile that accepts png, jpeg, gif or webp";
            SettingError::new(KEY, problem)
        })?;
        Ok((name, sample))
    }
}

#[cfg(test)]
mod tests {
    use darkroom_contract::Profile;
    use darkroom_imaging::SourceFormat;

    use super::*;

    const MAX: Duration = Duration::from_secs(900);

    fn invalid(settings: &CanarySettings, profiles: &Profiles) -> String {
        settings
            .validate(profiles, MAX)
            .unwrap_err()
            .key()
            .to_owned()
    }

    #[test]
    fn a_canary_needs_a_profile_that_accepts_one_of_its_images() {
        let formats = vec![SourceFormat::Heic];
        let heic = Profile {
            formats,
            ..Profile::default()
        };
        let profiles: Profiles = [("avatar".parse().unwrap(), heic)].into_iter().collect();
        let off = CanarySettings::default();
        assert_eq!(off.validate(&profiles, MAX), Ok(()));
        let on = CanarySettings {
            interval: Duration::from_secs(60),
            ..CanarySettings::default()
        };
        assert_eq!(invalid(&on, &profiles), "canary.profile");
        assert_eq!(on.validate(&Profiles::default(), MAX), Ok(()));
        let profile = "gone".to_owned();
        let gone = CanarySettings { profile, ..on };
        assert_eq!(invalid(&gone, &Profiles::default()), "canary.profile");
    }

    #[test]
    fn intervals_and_timeouts_have_bounds() {
        let profiles = Profiles::default();
        let often = CanarySettings {
            interval: Duration::from_secs(9),
            ..CanarySettings::default()
        };
        assert_eq!(invalid(&often, &profiles), "canary.interval");
        let patient = CanarySettings {
            interval: Duration::from_secs(60),
            timeout: Duration::from_secs(901),
            ..CanarySettings::default()
        };
        assert_eq!(invalid(&patient, &profiles), "canary.timeout");
        let off = CanarySettings {
            interval: Duration::ZERO,
            ..patient
        };
        assert_eq!(off.validate(&profiles, MAX), Ok(()));
    }
}
