//! The worker's health over HTTP.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use darkroom_consumer::ConsumerStatus;
use darkroom_telemetry::{EXPOSITION_TYPE, exposition};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::renderer::Renderer;
use crate::store_health::StoreHealth;

/// A handle that serves the liveness, readiness and metrics of a worker. It is cheap to clone.
#[derive(Debug, Clone)]
pub struct Health {
    store: StoreHealth,
    consumer: ConsumerStatus,
    renderer: Arc<dyn Renderer>,
}

impl Health {
    pub(crate) const fn new(
        store: StoreHealth,
        consumer: ConsumerStatus,
        renderer: Arc<dyn Renderer>,
    ) -> Self {
        Self {
            store,
            consumer,
            renderer,
        }
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

async fn readyz(State(health): State<Health>) -> (StatusCode, String) {
    let (status, summary) = if health.store.is_down() {
        (StatusCode::SERVICE_UNAVAILABLE, "the store is down")
    } else if !health.consumer.can_receive() {
        (StatusCode::SERVICE_UNAVAILABLE, "the queue is down")
    } else {
        (StatusCode::OK, "ok")
    };
    let layers = health.renderer.sandbox_layers();
    let detail = layers.map_or_else(String::new, |layers| layers.detail());
    (status, format!("{summary}\n{detail}"))
}

async fn metrics() -> impl IntoResponse {
    let format = [(header::CONTENT_TYPE, EXPOSITION_TYPE)];
    (format, exposition())
}
