//! Logging, metrics and traces of the process.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::IsTerminal;

use darkroom_contract::SettingError;
use darkroom_telemetry::Traces;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::{DefaultFields, JsonFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::build_info::BUILD;
use crate::console::{eprint, print_json_from_now_on};
use crate::exit_status::UsageError;
use crate::log_fields::LogFields;

/// The settings of the log (`[log]`). The log is written to stderr.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LogSettings {
    /// The format of a line.
    pub(crate) format: LogFormat,
    /// The filter for the events to log, in the syntax of `RUST_LOG`. If that variable is set, it
    /// takes precedence.
    pub(crate) filter: String,
}

/// The format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    /// Text on a terminal, otherwise JSON.
    Auto,
    /// One JSON object per line.
    Json,
    /// Text for people.
    Text,
}

impl LogFormat {
    fn is_json(self) -> bool {
        match self {
            Self::Auto => !std::io::stderr().is_terminal(),
            Self::Json => true,
            Self::Text => false,
        }
    }
}

const QUIET_FILTER: &str = "warn,s3s=off,aws_config=off";

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            format: LogFormat::Auto,
            filter: "info,s3s=off,aws_config=off".to_owned(),
        }
    }
}

impl LogSettings {
    /// Omits everything less severe than a warning, unless the settings contain another filter.
    pub(crate) fn log_warnings_only(&mut self) {
        if *self == Self::default() {
            QUIET_FILTER.clone_into(&mut self.filter);
        }
    }

    /// Checks that the filter can be parsed.
    pub(crate) fn validate(&self) -> Result<(), SettingError> {
        let parsed = EnvFilter::try_new(&self.filter);
        parsed.map(|_| ()).map_err(|error| {
            let problem = format!("must be a filter such as \"info,darkroom=debug\": {error}");
            SettingError::new("log.filter", problem)
        })
    }
}

/// Starts logging. With the name of a service, also starts metrics, and traces if the environment
/// configures an exporter. If the log of a role is JSON, its other lines are JSON from now on, too.
/// May be called only once.
pub(crate) fn start(
    settings: &LogSettings,
    service: Option<&str>,
    is_role: bool,
    runtime: &Handle,
) -> anyhow::Result<Option<Traces>> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(text) => EnvFilter::try_new(&text)
            .map_err(|error| UsageError(format!("RUST_LOG: {error}, found {text:?}")))?,
        Err(_) => EnvFilter::try_new(&settings.filter)?,
    };
    let mut traces = None;
    if let Some(service) = service {
        darkroom_telemetry::install(&BUILD)?;
        runtime.spawn(darkroom_telemetry::upkeep());
        traces = Traces::from_environment(service, runtime.clone())
            .map_err(|error| UsageError(error.to_string()))?;
    }
    let spans = traces.as_ref().map(Traces::layer);
    let is_json = settings.format.is_json();
    tracing_subscriber::registry()
        .with(log_layer(is_json).with_filter(filter))
        .with(spans.map(|spans| spans.with_filter(own_spans())))
        .init();
    if is_json && is_role {
        print_json_from_now_on();
        log_panics();
    }
    Ok(traces)
}

/// Prints a panic as one line, with a backtrace if the environment asks for one.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let backtrace = Backtrace::capture();
        let mut line = panic.to_string();
        if backtrace.status() == BacktraceStatus::Captured {
            line = format!("{line}\n{backtrace}");
        }
        eprint(&line);
    }));
}

/// Returns a filter that only accepts Darkroom's own spans. Libraries have spans for their
/// internals: `s3s` creates several for each request to the embedded S3.
fn own_spans() -> Targets {
    Targets::new().with_target("darkroom", LevelFilter::INFO)
}

fn log_layer<S>(is_json: bool) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let is_terminal = std::io::stderr().is_terminal();
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        // The library writes its internal errors to stderr, too, and would panic if stderr is
        // closed.
        .log_internal_errors(false);
    if is_json {
        // The list of spans already includes the current span.
        let json = layer.json().flatten_event(true).with_current_span(false);
        json.fmt_fields(LogFields(JsonFields::new())).boxed()
    } else {
        // Empty variables are unset at startup, as https://no-color.org requires.
        let is_colored = is_terminal && std::env::var_os("NO_COLOR").is_none();
        let text = layer.with_ansi(is_colored);
        text.fmt_fields(LogFields(DefaultFields::new())).boxed()
    }
}
