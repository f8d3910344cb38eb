//! One who calls, and what they may do.

use darkroom_contract::{Owner, ProfileName, RawKey};
use http::StatusCode;

use super::settings::ApiKeySettings;
use crate::problem::Problem;

/// Who sent a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    name: String,
    acts_for: ActsFor,
    /// Empty for all of them.
    profiles: Vec<ProfileName>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum ActsFor {
    Anyone,
    Only(Owner),
}

impl Caller {
    /// Where nobody is asked.
    pub(crate) fn anyone() -> Self {
        Self {
            name: "anyone".to_owned(),
            acts_for: ActsFor::Anyone,
            profiles: Vec::new(),
        }
    }

    pub(crate) fn with_key(key: &ApiKeySettings) -> Self {
        let owner = key.owner.clone();
        Self {
            name: format!("key:{}", key.name),
            acts_for: owner.map_or(ActsFor::Anyone, ActsFor::Only),
            profiles: key.profiles.clone(),
        }
    }

    pub(crate) fn with_token(owner: Owner) -> Self {
        Self {
            name: format!("sub:{owner}"),
            acts_for: ActsFor::Only(owner),
            profiles: Vec::new(),
        }
    }

    /// Where its requests are counted.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whose an upload will be, for which the request names `said`.
    ///
    /// # Errors
    /// `owner_required`, `invalid_owner`, or `forbidden_owner` for another than the caller's own.
    pub(crate) fn owner(&self, said: Option<String>) -> Result<Owner, Problem> {
        match (&self.acts_for, said) {
            (ActsFor::Only(owner), None) => Ok(owner.clone()),
            (ActsFor::Anyone, None) => Err(Problem::unprocessable(
                "owner_required",
                "say whose upload it is: owner",
            )),
            (acts_for, Some(said)) => {
                let said: Owner = said
                    .parse()
                    .map_err(|error| Problem::unprocessable("invalid_owner", error))?;
                match acts_for {
                    ActsFor::Only(owner) if *owner != said => Err(Problem::new(
                        StatusCode::FORBIDDEN,
                        "forbidden_owner",
                        "this key or token acts for another owner",
                    )),
                    _ => Ok(said),
                }
            }
        }
    }

    /// # Errors
    /// `forbidden_profile`.
    pub(crate) fn check_profile(&self, profile: &ProfileName) -> Result<(), Problem> {
        if self.may_use(profile) {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "forbidden_profile",
            "this key may not use this profile",
        ))
    }

    /// Whether an upload concerns the caller at all.
    pub(crate) fn may_see(&self, upload: &RawKey) -> bool {
        let is_theirs = match &self.acts_for {
            ActsFor::Anyone => true,
            ActsFor::Only(owner) => *owner == upload.owner,
        };
        is_theirs && self.may_use(&upload.profile)
    }

    fn may_use(&self, profile: &ProfileName) -> bool {
        self.profiles.is_empty() || self.profiles.contains(profile)
    }
}
