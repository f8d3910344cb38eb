//! The metrics in Prometheus's text format.

use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use crate::build_info::{self, BuildInfo};
use crate::{metric, process};

/// The upper bounds of the buckets, in seconds. They range from the time to return a cached
/// manifest to the longest time that a client waits.
const SECONDS: [f64; 15] = [
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0,
];
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// The handle of the recorder. A process has only one recorder, because `metrics` permits only one.
static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// The error of [`install`].
#[derive(Debug, thiserror::Error)]
#[error("metrics cannot be collected: {0}")]
pub struct InstallError(#[from] BuildError);

/// Starts collecting metrics of a process with this build. A role calls this once. If the
/// declaration of a metric lists all label values, its series start at zero.
///
/// # Errors
/// Only if a recorder is already installed.
pub fn install(build: &'static BuildInfo) -> Result<(), InstallError> {
    let builder = PrometheusBuilder::new();
    let handle = builder
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .install_recorder()?;
    for metric in metric::ALL {
        metric.describe();
    }
    metric::start_at_zero(&[]);
    build_info::record(build);
    RECORDER.get_or_init(|| handle);
    Ok(())
}

/// Keeps the memory of histograms bounded even if nobody scrapes them. Never returns.
pub async fn upkeep() {
    let mut interval = tokio::time::interval(UPKEEP_INTERVAL);
    loop {
        interval.tick().await;
        if let Some(recorder) = RECORDER.get() {
            recorder.run_upkeep();
        }
    }
}

/// The media type of [`exposition`].
pub const EXPOSITION_TYPE: &str = "text/plain; version=0.0.4";

/// Returns the metrics in Prometheus's text format, version 0.0.4. The text is empty if [`install`]
/// was not called.
pub fn exposition() -> String {
    let Some(recorder) = RECORDER.get() else {
        return String::new();
    };
    let mut text = recorder.render();
    text.push_str(&process::exposition());
    text
}
