//! The usage and the quotas of an owner.

use bytesize::ByteSize;
use serde::{Deserialize, Serialize};

use crate::{Owner, Profile, ProfileName};

/// The number of an owner's uploads in one profile, and their size.
///
/// An upload counts while its raw object exists, whatever its outcome is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// The number of uploads.
    pub uploads: u64,
    /// The size of all raw objects in bytes.
    pub bytes: u64,
}

/// The response to `GET /v1/owners/{owner}/usage`.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerUsage {
    /// The owner.
    pub owner: Owner,
    /// The usage of each profile, sorted by name.
    pub profiles: Vec<ProfileUsage>,
}

/// The usage of an owner in one profile, and the quotas of the profile.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileUsage {
    /// The profile.
    pub profile: ProfileName,
    /// The number of uploads whose file is in the store.
    pub uploads: u64,
    /// The size of these files in bytes.
    pub bytes: u64,
    /// The maximum number of uploads, if the profile has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_uploads: Option<u64>,
    /// The maximum number of bytes, if the profile has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_bytes: Option<u64>,
}

/// A quota of a profile, named as in the settings.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaName {
    /// The number of uploads.
    QuotaUploads,
    /// The number of bytes.
    QuotaBytes,
}

/// The numbers of a request that exceeds a quota.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaExcess {
    /// The quota that the request exceeds.
    pub name: QuotaName,
    /// The maximum.
    pub limit: u64,
    /// The part of the maximum in use, including uploads whose URL is still valid.
    pub used: u64,
    /// The amount that the request needs in addition.
    pub requested: u64,
}

impl Usage {
    /// Counts one upload with a raw object of this size.
    pub const fn add(&mut self, bytes: u64) {
        self.uploads += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

impl ProfileUsage {
    /// Creates the usage of a profile with the quotas in its settings.
    pub fn new(name: ProfileName, usage: Usage, profile: &Profile) -> Self {
        Self {
            profile: name,
            uploads: usage.uploads,
            bytes: usage.bytes,
            quota_uploads: profile.quota_uploads,
            quota_bytes: profile.quota_bytes.map(|bytes| bytes.as_u64()),
        }
    }
}

impl QuotaName {
    /// Returns the name of the setting.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::QuotaUploads => "quota_uploads",
            Self::QuotaBytes => "quota_bytes",
        }
    }
}

impl Profile {
    /// Returns `true` if the profile has a quota.
    pub const fn has_quota(&self) -> bool {
        self.quota_uploads.is_some() || self.quota_bytes.is_some()
    }

    /// Checks that an owner with the usage `used` may add the uploads `requested`.
    ///
    /// # Errors
    /// The numbers of the first quota that would be exceeded.
    pub fn check_quota(&self, used: Usage, requested: Usage) -> Result<(), QuotaExcess> {
        let quota_bytes = self.quota_bytes.map(|bytes: ByteSize| bytes.as_u64());
        for (name, limit, used, requested) in [
            (
                QuotaName::QuotaUploads,
                self.quota_uploads,
                used.uploads,
                requested.uploads,
            ),
            (
                QuotaName::QuotaBytes,
                quota_bytes,
                used.bytes,
                requested.bytes,
            ),
        ] {
            if let Some(limit) = limit
                && used.saturating_add(requested) > limit
            {
                return Err(QuotaExcess {
                    name,
                    limit,
                    used,
                    requested,
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_may_be_used_up_but_not_exceeded() {
        let profile = Profile {
            quota_uploads: Some(3),
            quota_bytes: Some(ByteSize::b(100)),
            ..Profile::default()
        };
        let usage = |uploads, bytes| Usage { uploads, bytes };
        assert_eq!(profile.check_quota(usage(2, 90), usage(1, 10)), Ok(()));
        let excess = profile.check_quota(usage(2, 200), usage(2, 5)).unwrap_err();
        assert_eq!(
            excess,
            QuotaExcess {
                name: QuotaName::QuotaUploads,
                limit: 3,
                used: 2,
                requested: 2
            }
        );
        let excess = profile
            .check_quota(usage(2, 90), usage(1, u64::MAX))
            .unwrap_err();
        assert_eq!((excess.name, excess.used), (QuotaName::QuotaBytes, 90));
        let unlimited = Profile::default();
        let huge = usage(u64::MAX, u64::MAX);
        assert_eq!(unlimited.check_quota(huge, huge), Ok(()));
        assert!(profile.has_quota() && !unlimited.has_quota());
    }

    #[test]
    fn the_name_of_a_quota_is_that_of_its_setting() {
        for name in [QuotaName::QuotaUploads, QuotaName::QuotaBytes] {
            assert_eq!(serde_json::to_value(name).unwrap(), name.as_str());
        }
    }
}
