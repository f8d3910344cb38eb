//! A receiver of webhooks on this machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::settings;
use crate::settings::WebhookSettings;

pub(super) struct Request {
    headers: HeaderMap,
    pub(super) body: String,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

#[derive(Debug, Clone)]
struct ReceiverState {
    status: Arc<AtomicU16>,
    requests: UnboundedSender<(HeaderMap, String)>,
}

/// A receiver that responds to every request with the status that was set last.
pub(super) struct Receiver {
    url: String,
    status: Arc<AtomicU16>,
    pub(super) requests: UnboundedReceiver<(HeaderMap, String)>,
}

impl Receiver {
    pub(super) async fn start(status: StatusCode) -> Self {
        let (sender, requests) = unbounded_channel();
        let status = Arc::new(AtomicU16::new(status.as_u16()));
        let state = ReceiverState {
            status: Arc::clone(&status),
            requests: sender,
        };
        let router = Router::new().fallback(respond).with_state(state);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router).into_future());
        Self {
            url,
            status,
            requests,
        }
    }

    pub(super) fn set_status(&self, status: StatusCode) {
        self.status.store(status.as_u16(), Ordering::Relaxed);
    }

    /// Returns the next request, or `None` if no further request has arrived yet.
    pub(super) fn request(&mut self) -> Option<Request> {
        let request = self.requests.try_recv().ok();
        request.map(|(headers, body)| Request { headers, body })
    }

    pub(super) fn settings(&self) -> WebhookSettings {
        settings(&self.url)
    }
}

async fn respond(
    State(state): State<ReceiverState>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, [(&'static str, &'static str); 1]) {
    state.requests.send((headers, body)).unwrap();
    let status = StatusCode::from_u16(state.status.load(Ordering::Relaxed)).unwrap();
    (status, [("location", "/elsewhere")])
}
