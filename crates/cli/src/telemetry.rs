//! What the log looks like.

use std::io::IsTerminal;

use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

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

/// Starts logging; to be called once.
pub(crate) fn start(settings: &LogSettings) -> Result<(), UsageError> {
    let words = std::env::var("RUST_LOG").unwrap_or_else(|_| settings.filter.clone());
    let filter = EnvFilter::try_new(&words)
        .map_err(|error| UsageError(format!("log.filter: {error}: {words}")))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // It would say so on stderr, and panic where nobody reads that.
        .log_internal_errors(false);
    let is_terminal = std::io::stderr().is_terminal();
    match settings.format {
        LogFormat::Json => log.json().flatten_event(true).init(),
        LogFormat::Auto if !is_terminal => log.json().flatten_event(true).init(),
        LogFormat::Auto | LogFormat::Text => log.with_ansi(is_terminal).init(),
    }
    Ok(())
}
