//! How a worker takes and gives up work.

use std::net::SocketAddr;
use std::time::Duration;

use bytesize::ByteSize;
use serde::{Deserialize, Serialize};

/// Settings of the consumer (`[worker]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkerSettings {
    /// How many messages are worked on at once; 0 stands for two per render process, so that the
    /// next object is downloaded while a picture is rendered.
    pub in_flight: usize,
    /// Bytes of raw objects held in memory at once, waiting objects included.
    pub max_buffered: ByteSize,
    /// How long SQS holds an empty poll open; at most 20 s.
    #[serde(with = "humantime_serde")]
    pub poll_wait: Duration,
    /// How long one download may take, from the request to the last byte.
    #[serde(with = "humantime_serde")]
    pub download_timeout: Duration,
    /// How long a message waits after its first try that failed; four times as long after each
    /// further one, up to 15 minutes.
    #[serde(with = "humantime_serde")]
    pub retry_after: Duration,
    /// Where `/healthz`, `/readyz` and `/metrics` are served; nowhere by default, since several
    /// workers may run on one machine.
    pub listen: Option<SocketAddr>,
    /// How long work in hand may go on after the worker was told to stop. No poll is held open
    /// longer.
    #[serde(with = "humantime_serde")]
    pub drain_grace: Duration,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            in_flight: 0,
            max_buffered: ByteSize::mib(256),
            poll_wait: Duration::from_secs(20),
            download_timeout: Duration::from_secs(60),
            retry_after: Duration::from_secs(10),
            listen: None,
            drain_grace: Duration::from_secs(25),
        }
    }
}

impl WorkerSettings {
    /// [`WorkerSettings::in_flight`] with 0 resolved for that many render processes.
    pub fn places(&self, render_processes: usize) -> usize {
        match self.in_flight {
            0 => render_processes * 2,
            places => places,
        }
    }
}
