//! The sender of a request, and its permissions.

use std::net::IpAddr;

use darkroom_contract::{Owner, Profile, ProfileName, Profiles, RawKey, is_canary};
use darkroom_uploads::VariantReader;
use http::StatusCode;

use super::settings::ApiKeySettings;
use crate::client::Client;
use crate::problem::Problem;

/// The sender of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    name: String,
    acts_for: ActsFor,
    /// The profiles that the caller may use. An empty list allows all profiles.
    profiles: Vec<ProfileName>,
    /// The address of a caller that is not authenticated.
    address: Option<IpAddr>,
    /// `true` if the caller holds the key of an operator.
    is_operator: bool,
    /// `true` if the caller may decide about uploads in review.
    is_reviewer: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum ActsFor {
    AnyOwner,
    Only(Owner),
}

impl Caller {
    /// Creates the caller of a service that does not authenticate callers.
    pub(crate) fn from_address(address: IpAddr) -> Self {
        Self {
            name: "anyone".to_owned(),
            acts_for: ActsFor::AnyOwner,
            profiles: Vec::new(),
            address: Some(address),
            is_operator: false,
            is_reviewer: false,
        }
    }

    /// Creates the caller that holds an API key.
    pub(crate) fn from_api_key(key: &ApiKeySettings) -> Self {
        let owner = key.owner.clone();
        Self {
            name: format!("key:{}", key.name),
            acts_for: owner.map_or(ActsFor::AnyOwner, ActsFor::Only),
            profiles: key.profiles.clone(),
            address: None,
            is_operator: key.operator,
            is_reviewer: key.reviewer || key.operator,
        }
    }

    /// Creates the caller that holds a token for `owner`.
    pub(crate) fn from_token(owner: Owner) -> Self {
        Self {
            name: format!("sub:{owner}"),
            acts_for: ActsFor::Only(owner),
            profiles: Vec::new(),
            address: None,
            is_operator: false,
            is_reviewer: false,
        }
    }

    /// Returns the name that the rate limits count the caller's requests under.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the only owner that the caller acts for, or `None` if it acts for any owner.
    pub(crate) fn owner(&self) -> Option<&Owner> {
        match &self.acts_for {
            ActsFor::AnyOwner => None,
            ActsFor::Only(owner) => Some(owner),
        }
    }

    /// Returns the client whose limits apply to a request. `owner` is the owner of the uploads that
    /// the request concerns, if there is one.
    pub(crate) fn client(&self, owner: Option<&Owner>) -> Client {
        match (self.address, owner.or(self.owner())) {
            (Some(address), _) => Client::Address(address),
            (None, Some(owner)) => Client::Owner(owner.clone()),
            (None, None) => Client::Caller(self.name.clone()),
        }
    }

    /// Returns the owner of a new upload. `requested` is the owner in the request, if there is one.
    ///
    /// # Errors
    /// `owner_required`, `invalid_owner`, or `forbidden_owner` if the caller acts for another
    /// owner.
    pub(crate) fn resolve_owner(&self, requested: Option<String>) -> Result<Owner, Problem> {
        let owner = self.permitted_owner(requested)?;
        if is_canary(&owner) {
            let detail = "this owner is reserved for canaries";
            return Err(Problem::unprocessable("invalid_owner", detail));
        }
        Ok(owner)
    }

    fn permitted_owner(&self, requested: Option<String>) -> Result<Owner, Problem> {
        match (&self.acts_for, requested) {
            (ActsFor::Only(owner), None) => Ok(owner.clone()),
            (ActsFor::AnyOwner, None) => Err(Problem::unprocessable(
                "owner_required",
                "owner is missing; name the owner of the upload",
            )),
            // A request may name the token's subject instead of the owner that the subject maps to,
            // because a client may know only the subject.
            (ActsFor::Only(owner), Some(requested))
                if owner.as_str() == requested
                    || Owner::from_subject(&requested).as_ref() == Ok(owner) =>
            {
                Ok(owner.clone())
            }
            (acts_for, Some(requested)) => {
                let requested: Owner = requested
                    .parse()
                    .map_err(|error| Problem::unprocessable("invalid_owner", error))?;
                match acts_for {
                    ActsFor::AnyOwner => Ok(requested),
                    ActsFor::Only(_) => Err(Problem::new(
                        StatusCode::FORBIDDEN,
                        "forbidden_owner",
                        "this key or token acts for another owner; leave owner out",
                    )),
                }
            }
        }
    }

    /// Returns the requested profile and its name.
    ///
    /// # Errors
    /// `unknown_profile`, or `forbidden_profile` if the caller may not use it.
    pub(crate) fn resolve_profile<'a>(
        &self,
        requested: &str,
        profiles: &'a Profiles,
    ) -> Result<(ProfileName, &'a Profile), Problem> {
        let name: ProfileName = requested.parse().map_err(|_| Problem::unknown_profile())?;
        let profile = profiles.get(&name).ok_or_else(Problem::unknown_profile)?;
        if self.may_use(&name) {
            return Ok((name, profile));
        }
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "forbidden_profile",
            "this key may not use this profile; add the profile to the key, or use another profile",
        ))
    }

    /// Returns the profiles that the caller may use, with their names.
    pub(crate) fn profiles<'a>(&self, profiles: &'a Profiles) -> Vec<(ProfileName, &'a Profile)> {
        let profiles = profiles.iter();
        let usable = profiles.filter(|(name, _)| self.may_use(name));
        usable
            .map(|(name, profile)| (name.clone(), profile))
            .collect()
    }

    /// Checks that the caller holds the key of an operator.
    ///
    /// # Errors
    /// `operator_required`. Without authentication, nobody is an operator.
    pub(crate) fn require_operator(&self) -> Result<(), Problem> {
        if self.is_operator {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "operator_required",
            "only an operator may do this; use a key with operator = true",
        ))
    }

    /// Checks that the caller may decide about uploads in review.
    ///
    /// # Errors
    /// `reviewer_required`. Without authentication, nobody is a reviewer.
    pub(crate) fn require_reviewer(&self) -> Result<(), Problem> {
        if self.is_reviewer {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "reviewer_required",
            "only a reviewer may do this; use a key with reviewer = true or operator = true",
        ))
    }

    /// Returns the reader of variants that the caller is.
    pub(crate) const fn variant_reader(&self) -> VariantReader {
        match self.is_reviewer {
            true => VariantReader::Reviewer,
            false => VariantReader::Client,
        }
    }

    /// Returns `true` if the caller may read and delete an upload.
    pub(crate) fn may_access(&self, upload: &RawKey) -> bool {
        let is_own = match &self.acts_for {
            ActsFor::AnyOwner => true,
            ActsFor::Only(owner) => *owner == upload.owner,
        };
        is_own && self.may_use(&upload.profile)
    }

    fn may_use(&self, profile: &ProfileName) -> bool {
        self.profiles.is_empty() || self.profiles.contains(profile)
    }
}
