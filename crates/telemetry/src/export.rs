//! The HTTP client that sends traces to a collector.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use tokio::runtime::Handle;

/// The time limit of a request: OpenTelemetry's default for `OTEL_EXPORTER_OTLP_TIMEOUT`.
const TIMEOUT: Duration = Duration::from_secs(10);

/// An HTTP client that sends its requests on tokio's runtime, because the exporter's own thread has
/// no runtime.
#[derive(Debug)]
pub(crate) struct CollectorClient {
    client: reqwest::Client,
    runtime: Handle,
    is_failing: AtomicBool,
}

impl CollectorClient {
    pub(crate) fn new(runtime: Handle) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder().timeout(TIMEOUT);
        Ok(Self {
            client: client.build()?,
            runtime,
            is_failing: AtomicBool::new(false),
        })
    }

    /// Logs only the first of several consecutive failures, so that an unreachable collector does
    /// not fill the log.
    fn record(&self, failure: Option<&str>) {
        let was_failing = self.is_failing.swap(failure.is_some(), Ordering::Relaxed);
        match failure {
            Some(failure) if !was_failing => {
                tracing::warn!(failure, "traces cannot be sent to the collector");
            }
            None if was_failing => tracing::info!("traces are sent to the collector again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for CollectorClient {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sending = send(self.client.clone(), request);
        let sent = match self.runtime.spawn(sending).await {
            Ok(sent) => sent,
            Err(error) => Err(error.into()),
        };
        match &sent {
            Ok(response) if response.status().is_success() => self.record(None),
            Ok(response) => self.record(Some(response.status().as_str())),
            Err(error) => self.record(Some(&error.to_string())),
        }
        sent
    }
}

async fn send(
    client: reqwest::Client,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, HttpError> {
    let response = client.execute(request.try_into()?).await?;
    let status = response.status();
    let mut converted = Response::new(response.bytes().await?);
    *converted.status_mut() = status;
    Ok(converted)
}
