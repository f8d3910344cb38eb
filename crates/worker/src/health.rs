//! What can be asked of a worker over HTTP.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::outage::Outage;

/// Whether a worker is up and can do its work, and what it has done; cheap to clone.
#[derive(Debug, Clone)]
pub struct Health {
    outage: Outage,
    receives: Arc<AtomicBool>,
}

impl Health {
    pub(crate) fn of(outage: Outage) -> Self {
        let receives = Arc::new(AtomicBool::new(true));
        Self { outage, receives }
    }

    /// Whether the last poll succeeded.
    pub(crate) fn can_receive(&self, receives: bool) {
        self.receives.store(receives, Ordering::Relaxed);
    }

    /// Serves `/healthz`, `/readyz` and `/metrics` until `stop` is cancelled.
    ///
    /// # Errors
    /// What the listener met.
    pub async fn serve(self, listener: TcpListener, stop: CancellationToken) -> io::Result<()> {
        let router = Router::new()
            .route("/healthz", get(async || "ok\n"))
            .route("/readyz", get(readyz))
            .route("/metrics", get(metrics))
            .with_state(self);
        axum::serve(listener, router)
            .with_graceful_shutdown(stop.cancelled_owned())
            .await
    }
}

async fn readyz(State(health): State<Health>) -> (StatusCode, &'static str) {
    if health.outage.is_known() {
        (StatusCode::SERVICE_UNAVAILABLE, "the store is down\n")
    } else if !health.receives.load(Ordering::Relaxed) {
        (StatusCode::SERVICE_UNAVAILABLE, "the queue is down\n")
    } else {
        (StatusCode::OK, "ok\n")
    }
}

async fn metrics() -> impl IntoResponse {
    let format = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (format, darkroom_telemetry::exposition())
}
