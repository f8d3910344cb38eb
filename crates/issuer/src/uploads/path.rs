//! Which upload a path is about.

use axum::extract::FromRequestParts;
use axum::extract::Path;
use darkroom_contract::{ProfileName, RawKey};
use http::StatusCode;
use http::request::Parts;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::service::AppState;

/// `{profile}/{owner}/{id}` of a path, not yet checked.
pub(crate) struct UploadPath {
    profile: String,
    owner: String,
    id: String,
}

impl<S: Send + Sync> FromRequestParts<S> for UploadPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let segments = Path::<(String, String, String)>::from_request_parts(parts, state).await;
        // Only fails if a segment is not UTF-8, because every route here has these three.
        let Path((profile, owner, id)) = segments.map_err(|_| unknown_upload())?;
        Ok(Self { profile, owner, id })
    }
}

impl UploadPath {
    /// # Errors
    /// `unknown_profile`, or `unknown_upload` for an owner or id that no upload can have. An upload
    /// that is not the caller's is answered like one that nobody has, so that nobody learns by
    /// trying who else is here. `too_many_requests` if its owner is asked about too often.
    pub(crate) fn check(&self, caller: &Caller, state: &AppState) -> Result<RawKey, Problem> {
        let profile = self.profile.parse().ok();
        let is_one = |name: &ProfileName| state.parts.profiles.get(name).is_some();
        let Some(profile) = profile.filter(is_one) else {
            return Err(unknown_profile());
        };
        let (Ok(owner), Ok(id)) = (self.owner.parse(), self.id.parse()) else {
            return Err(unknown_upload());
        };
        let key = RawKey { profile, owner, id };
        if !caller.may_see(&key) {
            return Err(unknown_upload());
        }
        state.limits.count_owner(&key.owner)?;
        Ok(key)
    }
}

pub(crate) fn unknown_profile() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "unknown_profile",
        "there is no profile of that name",
    )
}

fn unknown_upload() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "unknown_upload",
        "an upload's path is /v1/uploads/PROFILE/OWNER/ID, as its ticket said",
    )
}
