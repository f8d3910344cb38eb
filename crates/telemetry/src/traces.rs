//! The export of traces to a collector with OTLP over HTTP.

use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::LookupSpan;

use crate::export::CollectorClient;

/// The environment variables that enable tracing. Setting one of them is enough (OpenTelemetry,
/// "OTLP exporter configuration").
const ENDPOINTS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
];
const DISABLED: &str = "OTEL_SDK_DISABLED";
const SERVICE_NAME: &str = "OTEL_SERVICE_NAME";

/// The time limit of the last export. A worker must exit within one second after its grace period,
/// and this export is part of that second.
const LAST_EXPORT: Duration = Duration::from_millis(300);

/// The error for an invalid configuration of the exporter in the environment.
#[derive(Debug, thiserror::Error)]
#[error("OTEL_*: {0}")]
pub struct ExporterError(String);

/// The exporter of spans to a collector.
#[derive(Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
}

impl Traces {
    /// Builds the exporter from OpenTelemetry's variables: endpoint, headers, timeout, sampler,
    /// batches and resource attributes. Returns `None` if no endpoint is set or if
    /// `OTEL_SDK_DISABLED` is `true`.
    ///
    /// # Errors
    /// [`ExporterError`] if a variable is invalid.
    pub fn from_environment(service: &str, runtime: Handle) -> Result<Option<Self>, ExporterError> {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let is_disabled = set(DISABLED).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        if is_disabled || !ENDPOINTS.iter().any(|name| set(name).is_some()) {
            return Ok(None);
        }
        let invalid = |error: &dyn std::error::Error| ExporterError(error.to_string());
        let client = CollectorClient::new(runtime).map_err(|error| invalid(&error))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_http_client(client)
            .build()
            .map_err(|error| invalid(&error))?;
        let resource = Resource::builder();
        let resource = match set(SERVICE_NAME) {
            Some(_) => resource,
            None => resource.with_service_name(service.to_owned()),
        };
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build();
        Ok(Some(Self { provider }))
    }

    /// Returns the layer that takes spans from `tracing`.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer().with_tracer(self.provider.tracer("darkroom"))
    }

    /// Sends the remaining spans within 300 ms, because an unreachable collector must not keep the
    /// process from exiting.
    pub fn shut_down(self) {
        if let Err(error) = self.provider.shutdown_with_timeout(LAST_EXPORT) {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}
