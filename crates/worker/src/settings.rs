//! Settings of the worker.

use std::time::Duration;

use bytesize::ByteSize;
use darkroom_contract::{ListenAddress, SettingError};
use serde::{Deserialize, Serialize};

/// Settings of the worker (`[worker]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkerSettings {
    /// The number of messages processed concurrently. 0 means two per render process, so that a
    /// process renders one image while the next object is being downloaded.
    pub in_flight: usize,
    /// The number of further messages that a worker may receive while `in_flight` messages are
    /// being processed. If one owner has queued many messages, the worker finds messages of other
    /// owners behind them. 0 turns off fairness between owners.
    pub look_ahead: usize,
    /// The limit on the total size of the raw objects in memory, including those that wait to be
    /// rendered.
    pub max_buffered: ByteSize,
    /// The duration of a long poll, at most 20 s. An idle worker that is stopped waits for the end
    /// of its poll, because a poll that is abandoned may still receive a message.
    #[serde(with = "humantime_serde")]
    pub poll_wait: Duration,
    /// The time limit for one download, from the request to the last byte.
    #[serde(with = "humantime_serde")]
    pub download_timeout: Duration,
    /// The delay after the first failed attempt at a message. The delay quadruples after each
    /// further failure, up to 15 minutes. Each delay is shortened at random by up to half.
    #[serde(with = "humantime_serde")]
    pub retry_after: Duration,
    /// The address of `/healthz`, `/readyz` and `/metrics`. By default there is no address, because
    /// several workers may run on one machine.
    pub listen: Option<ListenAddress>,
    /// The time that messages in flight may take after the signal to stop. It also limits
    /// `poll_wait`, so that the last poll ends in time.
    #[serde(with = "humantime_serde")]
    pub drain_grace: Duration,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            in_flight: 0,
            look_ahead: 100,
            max_buffered: ByteSize::mib(256),
            poll_wait: Duration::from_secs(1),
            download_timeout: Duration::from_secs(60),
            retry_after: Duration::from_secs(10),
            listen: None,
            drain_grace: Duration::from_secs(25),
        }
    }
}

impl WorkerSettings {
    /// Returns [`WorkerSettings::in_flight`], or two per render process if that setting is 0.
    pub fn permits(&self, render_processes: usize) -> usize {
        match self.in_flight {
            0 => render_processes * 2,
            permits => permits,
        }
    }

    /// Checks the rules that the types do not express.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn validate(&self) -> Result<(), SettingError> {
        const SECOND: Duration = Duration::from_secs(1);
        const MAX_RETRY_AFTER: Duration = Duration::from_secs(15 * 60);
        for (is_valid, key, problem) in [
            (
                self.poll_wait <= 20 * SECOND,
                "worker.poll_wait",
                "must be at most 20 s, the longest poll of SQS",
            ),
            (
                self.max_buffered >= ByteSize::mib(1),
                "worker.max_buffered",
                "must be at least 1 MiB",
            ),
            (
                self.download_timeout >= SECOND,
                "worker.download_timeout",
                "must be at least 1 s",
            ),
            (
                (SECOND..=MAX_RETRY_AFTER).contains(&self.retry_after),
                "worker.retry_after",
                "must be between 1 s and 15 min",
            ),
        ] {
            SettingError::ensure(is_valid, key, problem)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        assert_eq!(WorkerSettings::default().validate(), Ok(()));
    }

    #[test]
    fn the_error_for_a_value_out_of_bounds_names_the_setting() {
        let default = WorkerSettings::default;
        for (settings, key) in [
            (
                WorkerSettings {
                    poll_wait: Duration::from_secs(21),
                    ..default()
                },
                "worker.poll_wait",
            ),
            (
                WorkerSettings {
                    max_buffered: ByteSize::kib(1),
                    ..default()
                },
                "worker.max_buffered",
            ),
            (
                WorkerSettings {
                    download_timeout: Duration::ZERO,
                    ..default()
                },
                "worker.download_timeout",
            ),
            (
                WorkerSettings {
                    retry_after: Duration::ZERO,
                    ..default()
                },
                "worker.retry_after",
            ),
        ] {
            assert_eq!(settings.validate().unwrap_err().key(), key);
        }
    }
}
