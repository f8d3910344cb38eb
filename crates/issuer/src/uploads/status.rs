//! `GET /v1/uploads/{profile}/{owner}/{id}`: what became of an upload.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::{Extension, Json};
use darkroom_cloud::CloudError;
use darkroom_contract::{Owner, ProfileName, RawKey, UploadId, UploadStatus};
use serde::Deserialize;
use tokio::time::Instant;

use super::ledger::Standing;
use super::path::UploadPath;
use crate::auth::Caller;
use crate::problem::Problem;
use crate::service::AppState;

/// Whoever asks for more has mistaken the unit; `issuer.max_wait` cuts it down far more.
const MAX_WAIT_SECONDS: u64 = 86_400;

/// How long the client would like to wait for an outcome.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct WaitQuery {
    /// In seconds.
    #[serde(default)]
    wait: u64,
}

impl WaitQuery {
    fn time(&self, max: Duration) -> Duration {
        Duration::from_secs(self.wait).min(max)
    }
}

/// Tells what became of an upload.
///
/// Answers at once, or with `?wait=` as soon as there is an outcome.
#[utoipa::path(
    get,
    path = "/v1/uploads/{profile}/{owner}/{id}",
    tag = "uploads",
    params(
        ("profile" = ProfileName, Path),
        ("owner" = Owner, Path),
        ("id" = UploadId, Path),
        (
            "wait" = Option<u64>,
            Query,
            maximum = 86400,
            description = "seconds to wait for an outcome",
        ),
    ),
    responses((status = OK, body = UploadStatus)),
)]
pub(crate) async fn status(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    name: UploadPath,
    wait: Result<Query<WaitQuery>, QueryRejection>,
) -> Result<Json<UploadStatus>, Problem> {
    let key = name.check(&caller, &state)?;
    let wait = wait.ok().filter(|wait| wait.wait <= MAX_WAIT_SECONDS);
    let Query(wait) = wait.ok_or_else(invalid_wait)?;
    let wait = wait.time(state.parts.settings.max_wait);
    let standing = if wait.is_zero() {
        state.ledger.look(&key).await?
    } else {
        let deadline = Instant::now() + wait;
        state
            .status_watcher
            .wait(&key, deadline, &state.stopping)
            .await?
    };
    Ok(Json(state.told(key, standing).await?))
}

fn invalid_wait() -> Problem {
    Problem::unprocessable(
        "invalid_wait",
        "wait is a whole number of seconds, up to a day",
    )
}

impl AppState {
    /// The answer for an upload that stands so.
    pub(crate) async fn told(
        &self,
        key: RawKey,
        standing: Standing,
    ) -> Result<UploadStatus, CloudError> {
        Ok(match standing {
            Standing::Done(manifest) => {
                let mut manifest = Arc::unwrap_or_clone(manifest);
                self.variant_urls.address_variants(&mut manifest).await?;
                UploadStatus::Done(Box::new(manifest))
            }
            Standing::Pending(status) => UploadStatus::Pending {
                id: key.id,
                profile: key.profile,
                owner: key.owner,
                status,
            },
        })
    }
}
