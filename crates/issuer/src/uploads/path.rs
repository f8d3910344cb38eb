//! The path of an upload.

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::extract::Path;
use darkroom_contract::{Owner, ProfileName, RawKey, UploadId, UploadReference};
use http::StatusCode;
use http::request::Parts;
use serde::Deserialize;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::state::AppState;

/// The tolerated difference between the clocks of two issuers.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(5 * 60);

/// The parameters `{profile}/{owner}/{id}` of a path, or the same names in a body, not yet checked.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct UploadPath {
    /// The profile of the upload.
    #[param(value_type = ProfileName)]
    profile: String,
    /// The owner of the upload.
    #[param(value_type = Owner)]
    owner: String,
    /// The id of the upload.
    #[param(value_type = UploadId)]
    id: String,
}

impl From<UploadReference> for UploadPath {
    fn from(reference: UploadReference) -> Self {
        let UploadReference { profile, owner, id } = reference;
        Self { profile, owner, id }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for UploadPath {
    type Rejection = Problem;

    /// Reads the parameters. Fails only if a parameter is not UTF-8, because every route with an
    /// upload has all three parameters.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::from_request_parts(parts, state).await;
        path.map(|Path(path)| path).map_err(|_| unknown_upload())
    }
}

impl UploadPath {
    /// Checks the parameters and the caller's permission, and counts the request against the
    /// owner's rate limit.
    ///
    /// An upload of another owner and an upload that does not exist get the same response, so that
    /// nobody can probe for owners.
    ///
    /// # Errors
    /// `unknown_profile`, `unknown_upload` or `too_many_requests`.
    pub(crate) fn check(&self, caller: &Caller, state: &AppState) -> Result<RawKey, Problem> {
        let profile = self.profile.parse().ok();
        let exists = |name: &ProfileName| state.parts.profiles.get(name).is_some();
        let profile = profile
            .filter(exists)
            .ok_or_else(Problem::unknown_profile)?;
        let (Ok(owner), Ok(id)) = (self.owner.parse(), self.id.parse()) else {
            return Err(unknown_upload());
        };
        let key = RawKey { profile, owner, id };
        // An id from the future is not from an issuer. Its upload would not expire, so a client
        // could poll it forever.
        if key.id.created_at() > state.parts.store.clock().now() + MAX_CLOCK_SKEW {
            return Err(unknown_upload());
        }
        if !caller.may_access(&key) {
            return Err(unknown_upload());
        }
        state.limits.count_owner(&key.owner)?;
        Ok(key)
    }
}

fn unknown_upload() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "unknown_upload",
        "no upload has this path; use the status_url from the response that created the upload",
    )
}
