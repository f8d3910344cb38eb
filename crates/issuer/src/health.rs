//! Liveness, readiness and metrics.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::response::IntoResponse;
use darkroom_uploads::UploadStore;
use http::header;
use tokio::sync::Mutex;

use crate::problem::Problem;
use crate::state::AppState;

/// However many load balancers probe, the store is called once per second.
const MAX_AGE: Duration = Duration::from_secs(1);

/// The readiness of the store, probed once per second at most.
#[derive(Debug)]
pub(crate) struct Readiness {
    store: UploadStore,
    last_probe: Mutex<Option<(Instant, bool)>>,
}

impl Readiness {
    pub(crate) fn new(store: UploadStore) -> Self {
        Self {
            store,
            last_probe: Mutex::new(None),
        }
    }

    async fn is_ready(&self) -> bool {
        let mut last_probe = self.last_probe.lock().await;
        if let Some((probed_at, is_up)) = *last_probe
            && probed_at.elapsed() < MAX_AGE
        {
            return is_up;
        }
        let is_up = self.store.probe().await;
        *last_probe = Some((Instant::now(), is_up));
        is_up
    }
}

/// Reports that the process is running.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "getHealth",
    tag = "service",
    responses((
        status = OK,
        body = String,
        content_type = "text/plain",
        description = "The process is running.",
    )),
)]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Reports whether the store can be reached.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "getReadiness",
    tag = "service",
    responses((
        status = OK,
        body = String,
        content_type = "text/plain",
        description = "Both buckets answer.",
    )),
)]
pub(crate) async fn readyz(State(state): State<Arc<AppState>>) -> Result<&'static str, Problem> {
    if state.readiness.is_ready().await {
        Ok("ok\n")
    } else {
        Err(Problem::store_unavailable())
    }
}

/// Returns all metrics in Prometheus's text format.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "getMetrics",
    tag = "service",
    responses((
        status = OK,
        body = String,
        content_type = "text/plain",
        description = "The metrics of this process.",
    )),
)]
pub(crate) async fn metrics() -> impl IntoResponse {
    let format = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (format, darkroom_telemetry::exposition())
}

#[cfg(test)]
mod tests {
    use darkroom_cloud::CloudErrorKind;

    use super::*;
    use crate::testing::TestStore;

    #[tokio::test]
    async fn a_role_without_permission_to_list_is_ready() {
        let test = TestStore::new();
        test.raw.fail(CloudErrorKind::Forbidden);
        test.media.fail(CloudErrorKind::Forbidden);
        assert!(Readiness::new(test.store).is_ready().await);
    }

    #[tokio::test]
    async fn a_probe_serves_all_requests_of_a_second() {
        let test = TestStore::new();
        let readiness = Readiness::new(test.store);
        test.raw.fail(CloudErrorKind::Unavailable);
        assert!(!readiness.is_ready().await);
        test.raw.succeed();
        assert!(!readiness.is_ready().await);
    }
}
