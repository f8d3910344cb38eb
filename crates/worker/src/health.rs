//! The worker's health over HTTP.

use std::io;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use darkroom_consumer::ConsumerStatus;
use darkroom_telemetry::{EXPOSITION_TYPE, exposition};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::store_health::StoreHealth;

/// A handle that serves the liveness, readiness and metrics of a worker. It is cheap to clone.
#[derive(Debug, Clone)]
pub struct Health {
    store: StoreHealth,
    consumer: ConsumerStatus,
}

impl Health {
    pub(crate) const fn new(store: StoreHealth, consumer: ConsumerStatus) -> Self {
        Self { store, consumer }
    }

    /// Serves `/healthz`, `/readyz` and `/metrics` until `stop` is cancelled.
    ///
    /// # Errors
    /// The error of the listener.
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
    if health.store.is_down() {
        (StatusCode::SERVICE_UNAVAILABLE, "the store is down\n")
    } else if !health.consumer.can_receive() {
        (StatusCode::SERVICE_UNAVAILABLE, "the queue is down\n")
    } else {
        (StatusCode::OK, "ok\n")
    }
}

async fn metrics() -> impl IntoResponse {
    let format = [(header::CONTENT_TYPE, EXPOSITION_TYPE)];
    (format, exposition())
}
