//! The worker's health over HTTP.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use darkroom_cloud::{CloudError, CloudErrorKind};
use darkroom_consumer::ConsumerStatus;
use darkroom_telemetry::{EXPOSITION_TYPE, exposition, health_text};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::renderer::Renderer;
use crate::store_health::StoreHealth;

/// A handle that serves the liveness, readiness and metrics of a worker. It is cheap to clone.
#[derive(Debug, Clone)]
pub struct Health {
    store: StoreHealth,
    consumer: ConsumerStatus,
    /// The name of the queue of upload events.
    queue: Arc<str>,
    renderer: Arc<dyn Renderer>,
    /// Cancelled by the signal to stop.
    stop: CancellationToken,
}

impl Health {
    pub(crate) fn new(
        store: StoreHealth,
        consumer: ConsumerStatus,
        queue: Arc<str>,
        renderer: Arc<dyn Renderer>,
    ) -> Self {
        Self {
            store,
            consumer,
            queue,
            renderer,
            stop: CancellationToken::new(),
        }
    }

    /// Returns the reason why the worker receives no messages, with the remedy. Returns `None` if
    /// it receives messages.
    fn problem(&self) -> Option<String> {
        if self.stop.is_cancelled() {
            return Some("the worker is about to stop".to_owned());
        }
        let queue_problem = || {
            let error = self.consumer.poll_error()?;
            let remedy = queue_remedy(&error);
            Some(format!("queue {}: {error}: {remedy}", self.queue))
        };
        self.store.problem().or_else(queue_problem)
    }

    /// Serves `/healthz`, `/readyz` and `/metrics`, even while the worker drains. The worker is not
    /// ready once `stop` is cancelled. Never returns without an error.
    ///
    /// # Errors
    /// The error of the listener.
    pub async fn serve(mut self, listener: TcpListener, stop: CancellationToken) -> io::Result<()> {
        self.stop = stop;
        let router = Router::new()
            .route("/healthz", get(async || health_text()))
            .route("/readyz", get(readyz))
            .route("/metrics", get(metrics))
            .with_state(self);
        axum::serve(listener, router).await
    }
}

async fn readyz(State(health): State<Health>) -> (StatusCode, String) {
    let (status, summary) = match health.problem() {
        Some(problem) => (StatusCode::SERVICE_UNAVAILABLE, problem),
        None => (StatusCode::OK, "ok".to_owned()),
    };
    let layers = health.renderer.sandbox_layers();
    let detail = layers.map_or_else(String::new, |layers| layers.detail());
    (status, format!("{summary}\n{detail}"))
}

async fn metrics() -> impl IntoResponse {
    let format = [(header::CONTENT_TYPE, EXPOSITION_TYPE)];
    (format, exposition())
}

const fn queue_remedy(error: &CloudError) -> &'static str {
    match error.kind {
        CloudErrorKind::NotFound => "run `darkroom provision`, or correct queues.events",
        CloudErrorKind::Forbidden => {
            "check the credentials of this role, and grant it sqs:ReceiveMessage on the queue"
        }
        CloudErrorKind::Invalid => "check AWS_REGION, AWS_ENDPOINT_URL_SQS and queues.events",
        _ => "check SQS, AWS_ENDPOINT_URL_SQS and the network",
    }
}
