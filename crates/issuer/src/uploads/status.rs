//! `GET /v1/uploads/{profile}/{owner}/{id}`: what became of an upload.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::{Extension, Json};
use darkroom_cloud::CloudError;
use darkroom_contract::{RawKey, UploadStatus};
use serde::Deserialize;
use tokio::time::Instant;

use super::ledger::Standing;
use super::name::UploadName;
use crate::auth::Caller;
use crate::issuer::Desk;
use crate::problem::Problem;

/// How long the client would like to wait for an outcome.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Patience {
    /// In seconds.
    #[serde(default)]
    wait: u64,
}

impl Patience {
    fn time(&self, max: Duration) -> Duration {
        Duration::from_secs(self.wait).min(max)
    }
}

/// Answers at once, or with `?wait=` as soon as there is an outcome.
pub(crate) async fn status(
    State(desk): State<Arc<Desk>>,
    Extension(caller): Extension<Arc<Caller>>,
    name: UploadName,
    patience: Result<Query<Patience>, QueryRejection>,
) -> Result<Json<UploadStatus>, Problem> {
    let key = name.check(&caller, &desk)?;
    let Query(patience) = patience
        .map_err(|_| Problem::unprocessable("invalid_wait", "wait is a whole number of seconds"))?;
    let patience = patience.time(desk.parts.settings.max_wait);
    let standing = if patience.is_zero() {
        desk.ledger.look(&key).await?
    } else {
        let deadline = Instant::now() + patience;
        desk.waiting.wait(&key, deadline, &desk.stopping).await?
    };
    Ok(Json(desk.told(key, standing).await?))
}

impl Desk {
    /// The answer for an upload that stands so.
    pub(crate) async fn told(
        &self,
        key: RawKey,
        standing: Standing,
    ) -> Result<UploadStatus, CloudError> {
        Ok(match standing {
            Standing::Done(manifest) => {
                let mut manifest = Arc::unwrap_or_clone(manifest);
                self.delivery.address_variants(&mut manifest).await?;
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
