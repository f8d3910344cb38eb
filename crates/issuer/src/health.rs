//! Whether the process is up, whether it can do its work, and what it has done.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::response::IntoResponse;
use darkroom_cloud::{Bucket, S3Bucket};
use http::header;
use tokio::sync::Mutex;

use crate::problem::Problem;
use crate::service::AppState;

/// Probes of many load balancers cost the store one call a second.
const MAX_AGE: Duration = Duration::from_secs(1);
/// A store that takes longer is not of use.
const TIMEOUT: Duration = Duration::from_secs(3);
/// No raw key is like this, so asking for it never reads anything.
const PROBE_KEY: &str = "readyz";

/// Whether the store answers, asked at most once a second.
#[derive(Debug)]
pub(crate) struct Readiness {
    bucket: S3Bucket,
    last: Mutex<Option<(Instant, bool)>>,
}

impl Readiness {
    pub(crate) fn of(bucket: S3Bucket) -> Self {
        Self {
            bucket,
            last: Mutex::new(None),
        }
    }

    async fn is_ready(&self) -> bool {
        let mut last = self.last.lock().await;
        if let Some((asked_at, answer)) = *last
            && asked_at.elapsed() < MAX_AGE
        {
            return answer;
        }
        let answer = match tokio::time::timeout(TIMEOUT, self.bucket.head(PROBE_KEY)).await {
            Ok(Ok(_)) => true,
            Ok(Err(error)) => {
                tracing::warn!(%error, "not ready");
                false
            }
            Err(_) => {
                tracing::warn!("not ready: the store did not answer in time");
                false
            }
        };
        *last = Some((Instant::now(), answer));
        answer
    }
}

/// The process is up.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "service",
    responses((status = OK, body = String, content_type = "text/plain")),
)]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The raw bucket can be reached.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "service",
    responses((status = OK, body = String, content_type = "text/plain")),
)]
pub(crate) async fn readyz(State(state): State<Arc<AppState>>) -> Result<&'static str, Problem> {
    if state.readiness.is_ready().await {
        Ok("ok\n")
    } else {
        Err(Problem::store_unavailable())
    }
}

/// What was done so far, in Prometheus's text format.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "service",
    responses((status = OK, body = String, content_type = "text/plain")),
)]
pub(crate) async fn metrics() -> impl IntoResponse {
    let format = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (format, darkroom_telemetry::exposition())
}
