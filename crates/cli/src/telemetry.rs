//! What the log looks like, and where traces go.

use std::io::IsTerminal;

use darkroom_contract::SettingError;
use darkroom_telemetry::Traces;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::outcome::UsageError;

/// Settings of the log (`[log]`); it goes to stderr.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LogSettings {
    /// How a line looks.
    pub(crate) format: LogFormat,
    /// What is logged, in the words of `RUST_LOG`, which goes before it.
    pub(crate) filter: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// One JSON object per line.
    Json,
    /// For people.
    Text,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            format: LogFormat::Auto,
            filter: "info,s3s=off".to_owned(),
        }
    }
}

impl LogSettings {
    /// Checks that the filter can be parsed.
    pub(crate) fn validate(&self) -> Result<(), SettingError> {
        let parsed = EnvFilter::try_new(&self.filter);
        parsed.map(|_| ()).map_err(|error| {
            let problem = format!("must be a filter such as \"info,darkroom=debug\": {error}");
            SettingError::new("log.filter", problem)
        })
    }
}

/// Starts logging, and for a role to collect metrics and, where the environment says where to, to
/// send traces; to be called once.
pub(crate) fn start(
    settings: &LogSettings,
    service: Option<&str>,
    runtime: &Handle,
) -> anyhow::Result<Option<Traces>> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(text) => EnvFilter::try_new(&text)
            .map_err(|error| UsageError(format!("RUST_LOG: {error}, found {text:?}")))?,
        Err(_) => EnvFilter::try_new(&settings.filter)?,
    };
    let mut traces = None;
    if let Some(service) = service {
        darkroom_telemetry::install()?;
        runtime.spawn(darkroom_telemetry::upkeep());
        traces = Traces::from_environment(service, runtime.clone())
            .map_err(|error| UsageError(error.to_string()))?;
    }
    let spans = traces.as_ref().map(Traces::layer);
    tracing_subscriber::registry()
        .with(lines(settings.format).with_filter(filter))
        .with(spans.map(|spans| spans.with_filter(LevelFilter::INFO)))
        .init();
    Ok(traces)
}

fn lines<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let is_terminal = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        // It would say so on stderr, and panic where nobody reads that.
        .log_internal_errors(false);
    let is_json = match format {
        LogFormat::Auto => !is_terminal,
        LogFormat::Json => true,
        LogFormat::Text => false,
    };
    if is_json {
        // The current span is the last of the list.
        let json = lines.json().flatten_event(true);
        json.with_current_span(false).boxed()
    } else {
        lines.with_ansi(is_terminal).boxed()
    }
}
