//! The metrics as Prometheus reads them.

use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use crate::metric;

/// From a manifest that is found to a video that is waited for.
const SECONDS: [f64; 15] = [
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0,
];
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// Set once for the process, as the facade's recorder is.
static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Metrics that cannot be collected.
#[derive(Debug, thiserror::Error)]
#[error("metrics cannot be collected: {0}")]
pub struct InstallError(#[from] BuildError);

/// Begins to collect; to be called once, by a role. Every metric without labels is there from the
/// start, so that a first event is a rise.
///
/// # Errors
/// Only if another recorder is installed.
pub fn install() -> Result<(), InstallError> {
    let builder = PrometheusBuilder::new();
    let handle = builder
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .install_recorder()?;
    for metric in metric::ALL {
        metric.describe();
    }
    RECORDER.get_or_init(|| handle);
    Ok(())
}

/// Keeps what nobody scrapes from piling up; never returns.
pub async fn upkeep() {
    let mut interval = tokio::time::interval(UPKEEP_INTERVAL);
    loop {
        interval.tick().await;
        if let Some(recorder) = RECORDER.get() {
            recorder.run_upkeep();
        }
    }
}

/// The metrics in Prometheus's text format, version 0.0.4; empty where nothing is collected.
pub fn exposition() -> String {
    RECORDER
        .get()
        .map(PrometheusHandle::render)
        .unwrap_or_default()
}
