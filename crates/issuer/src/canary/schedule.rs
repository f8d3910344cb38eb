//! The schedule of canaries.

use std::time::Duration;

use darkroom_contract::{Profiles, SettingError};
use darkroom_telemetry::metric;
use tokio::time::{Instant, interval_at};
use tokio_util::sync::CancellationToken;

use super::parts::CanaryParts;
use super::settings::CanarySettings;
use super::upload::{CanaryResult, CanaryUpload};

/// The time between the outcome of a canary and its deletion. A worker checks the raw object after
/// it has written the manifest, and would take an earlier deletion for that of a client.
const DELETE_AFTER: Duration = Duration::from_secs(5);

/// The canaries of one issuer.
#[derive(Debug)]
pub struct Canary {
    upload: CanaryUpload,
    interval: Duration,
}

impl Canary {
    /// Creates the canaries. Returns `None` if the settings turn them off.
    ///
    /// # Errors
    /// The invalid setting.
    pub fn new(
        parts: CanaryParts,
        settings: &CanarySettings,
        profiles: &Profiles,
    ) -> Result<Option<Self>, SettingError> {
        if settings.interval.is_zero() {
            return Ok(None);
        }
        let (profile, sample) = settings.sample(profiles)?;
        let upload = CanaryUpload::new(parts, profile, sample, settings.timeout)?;
        Ok(Some(Self {
            upload,
            interval: settings.interval,
        }))
    }

    /// Sends a canary after each interval, until `stop` is cancelled. Deletes what it has made, and
    /// never fails.
    pub async fn run(&self, stop: CancellationToken) {
        let mut ticks = interval_at(Instant::now() + self.interval, self.interval);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            self.send(&stop).await;
        }
    }

    async fn send(&self, stop: &CancellationToken) {
        let key = self.upload.new_key();
        let sent = stop.run_until_cancelled(self.upload.send(&key)).await;
        match sent {
            Some((result, elapsed)) => {
                metric::CANARIES.add(1, [result.name()]);
                match result {
                    CanaryResult::Ready => {
                        metric::CANARY_TIME.record(elapsed.as_secs_f64(), []);
                        tracing::debug!(%key, ?elapsed, "the canary is ready");
                    }
                    result => {
                        let result = result.name();
                        tracing::warn!(%key, result, ?elapsed, "the canary is not ready");
                    }
                }
                stop.run_until_cancelled(tokio::time::sleep(DELETE_AFTER))
                    .await;
            }
            None => tracing::debug!(%key, "the canary was stopped"),
        }
        self.upload.delete(&key).await;
    }
}
