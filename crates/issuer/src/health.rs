//! Liveness, readiness and metrics.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::IntoResponse;
use darkroom_telemetry::{EXPOSITION_TYPE, exposition, health_text};
use http::header;

use crate::problem::Problem;
use crate::state::AppState;

/// The audience of a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Everyone. The probes show no details.
    Clients,
    /// The operator, who can also read the metrics.
    Operator,
}

/// Reports that the process is running.
///
/// The listener that also serves the metrics adds the version, the commit and the build.
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
pub(crate) async fn healthz(Extension(audience): Extension<Audience>) -> String {
    match audience {
        Audience::Clients => "ok\n".to_owned(),
        Audience::Operator => health_text(),
    }
}

/// Reports whether the store can be reached and images can be received.
///
/// A service that is about to stop is not ready. The listener that also serves the metrics adds a
/// line for each layer of the sandbox, or the reason why the service is not ready.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "getReadiness",
    tag = "service",
    responses((
        status = OK,
        body = String,
        content_type = "text/plain",
        description = "Both buckets respond, and temporary files can be written.",
    )),
)]
pub(crate) async fn readyz(
    State(state): State<Arc<AppState>>,
    Extension(audience): Extension<Audience>,
) -> Result<String, Problem> {
    if state.draining.is_cancelled() {
        return Err(Problem::stopping());
    }
    if let Err(reason) = state.readiness.check().await {
        let detail = reason.to_string();
        let problem = Problem::from(reason);
        return Err(match audience {
            Audience::Clients => problem,
            Audience::Operator => problem.with_detail(detail),
        });
    }
    let layers = match audience {
        Audience::Clients => None,
        Audience::Operator => state.parts.pool.sandbox_layers(),
    };
    let detail = layers.map_or_else(String::new, |layers| layers.detail());
    Ok(format!("ok\n{detail}"))
}

/// Returns all metrics in Prometheus's text format.
///
/// A service on a public address serves them on the address of `issuer.metrics_listen` only.
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
    let format = [(header::CONTENT_TYPE, EXPOSITION_TYPE)];
    (format, exposition())
}
