//! A client that does nothing wrong while others attack.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use anyhow::ensure;
use darkroom_harness::DEADLINE;
use serde_json::{Value, json};

/// A loopback address other than that of the attackers, as if the client were another machine.
const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
/// The minimum number of measured requests.
const MIN_REQUESTS: usize = 50;

/// A client that requests one upload URL after another.
#[derive(Debug)]
pub(super) struct Innocent {
    http: reqwest::Client,
    url: String,
}

impl Innocent {
    pub(super) fn new(address: &str) -> anyhow::Result<Self> {
        // Opens a new connection for each request. An attack that uses up connections would not
        // affect a connection that is already open.
        let http = reqwest::Client::builder()
            .local_address(ADDRESS)
            .pool_max_idle_per_host(0)
            .timeout(DEADLINE)
            .build()?;
        Ok(Self {
            http,
            url: format!("http://{address}/v1/uploads"),
        })
    }

    /// Sends requests until an attack has ended. Returns the result of the attack, and the time
    /// within which 99 of 100 requests were completed.
    pub(super) async fn continue_during<T>(
        &self,
        attack: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<(T, Duration)> {
        let mut latencies = Vec::new();
        let requests = async {
            loop {
                match self.request().await {
                    Ok(latency) => latencies.push(latency),
                    Err(error) => break error,
                }
            }
        };
        let ended = tokio::select! {
            ended = attack => ended?,
            error = requests => return Err(error),
        };
        while latencies.len() < MIN_REQUESTS {
            latencies.push(self.request().await?);
        }
        latencies.sort_unstable();
        let p99 = latencies[latencies.len() * 99 / 100];
        Ok((ended, p99))
    }

    async fn request(&self) -> anyhow::Result<Duration> {
        let start = Instant::now();
        let body = json!({
            "profile": "avatar", "owner": "innocent", "content_type": "image/jpeg", "size": 1000,
        });
        let response = self.http.post(&self.url).json(&body).send().await?;
        let status = response.status();
        let body: Value = response.json().await?;
        ensure!(status == 201, "{status} {body}");
        Ok(start.elapsed())
    }
}
