//! Attacks by clients on an issuer, and the costs of each attack for the issuer and for an innocent
//! client.

mod event_streams;
mod hostile_body;
mod hostile_request;
mod innocent;
mod silent_sockets;

use std::path::Path;
use std::time::Duration;

use darkroom_harness::{Issuer, ProcessStats, TestBed, TestBedOptions};
use darkroom_testkit::fault::FaultProxy;

use crate::report::Report;
use hostile_request::RequestEnd;
use innocent::Innocent;

/// The maximum resident memory of an issuer under any attack, in MiB.
const MAX_MEMORY_MIB: f64 = 256.0;
/// The maximum number of requests per second to the store that all event streams together may
/// cause.
const MAX_STORE_RATE: f64 = 1000.0;

/// The size of a run.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The number of concurrent hostile requests.
    pub requests: usize,
    /// The length of each hostile body in bytes. The issuer may refuse the request before it has
    /// received all of these bytes.
    pub body_bytes: usize,
    /// The number of connections that send nothing.
    pub sockets: usize,
    /// The number of event streams of uploads that do not exist.
    pub streams: usize,
    /// The number of event streams that the issuer accepts from one address.
    pub max_streams: usize,
    /// The time for which the accepted event streams stay open.
    pub streams_open_for: Duration,
    /// The maximum time within which 99 of 100 requests of the innocent client must be completed.
    pub max_latency: Duration,
}

impl Size {
    /// The full size. README.md lists its results.
    pub const FULL: Self = Self {
        requests: 64,
        body_bytes: 62 << 20,
        sockets: 10_001,
        streams: 1500,
        max_streams: 1000,
        streams_open_for: Duration::from_secs(10),
        max_latency: Duration::from_millis(500),
    };
    /// The size for `cargo test`. The latency allows for a busy machine.
    pub const SHORT: Self = Self {
        requests: 8,
        body_bytes: 4 << 20,
        sockets: 300,
        streams: 100,
        max_streams: 60,
        streams_open_for: Duration::from_secs(2),
        max_latency: Duration::from_secs(5),
    };
}

/// Shows that no attack takes much memory from the issuer or delays an innocent client, and that
/// the issuer refuses every hostile request with a 4xx status or by closing the connection.
///
/// # Errors
/// If the attacks cannot be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let bed = TestBed::start(program, &TestBedOptions::default()).await?;
    let max_streams = size.max_streams.to_string();
    let settings = [
        // The issuer connects to S3 through the proxy, which counts its requests.
        ("AWS_ENDPOINT_URL_S3", bed.s3.url()),
        ("DARKROOM_LIMITS_ADDRESS_WAITS", max_streams),
    ];
    let settings = settings
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let issuer = bed.start_issuer(&settings).await?;
    let address = issuer.address().to_owned();
    let mut attacked = Attacked {
        innocent: Innocent::new(&address)?,
        issuer,
        size,
        report: Report::default(),
    };
    attacked.run("no attack", async { Ok(Vec::new()) }).await?;
    for body in hostile_body::ALL {
        let requests = hostile_request::send(&address, body, size);
        attacked.run(body.name, requests).await?;
    }
    let streams = event_streams::open_future(&address, size.streams);
    attacked
        .run("event streams for ids from the future", streams)
        .await?;
    attacked.run_current_streams(&address, &bed.s3).await?;
    let mut sockets = Vec::new();
    let opened = silent_sockets::open(&address, size.sockets, &mut sockets);
    attacked.run("silent connections", opened).await?;
    attacked.report.figure("silent connections", sockets.len());
    Ok(attacked.report)
}

/// An issuer under attack, and the measurements so far.
struct Attacked {
    issuer: Issuer,
    innocent: Innocent,
    size: Size,
    report: Report,
}

impl Attacked {
    /// Runs one attack while the innocent client continues, and adds its costs to the report.
    async fn run(
        &mut self,
        name: &str,
        attack: impl Future<Output = anyhow::Result<Vec<RequestEnd>>>,
    ) -> anyhow::Result<()> {
        let attack = async { Ok(((), attack.await?)) };
        self.measure(name, attack).await
    }

    /// Opens more event streams than the issuer accepts from one address.
    async fn run_current_streams(
        &mut self,
        address: &str,
        store: &FaultProxy,
    ) -> anyhow::Result<()> {
        let name = "event streams for current ids";
        let size = self.size;
        let attack =
            event_streams::open_current(address, size.streams, store, size.streams_open_for);
        let accepted = self.measure(name, attack).await?;
        let report = &mut self.report;
        report.expect(
            &format!("{name}: accepted"),
            accepted.count,
            size.max_streams,
        );
        let rate = accepted.store_rate.round();
        report.at_most(
            &format!("{name}: store requests per second"),
            rate,
            MAX_STORE_RATE,
        );
        Ok(())
    }

    async fn measure<T>(
        &mut self,
        name: &str,
        attack: impl Future<Output = anyhow::Result<(T, Vec<RequestEnd>)>>,
    ) -> anyhow::Result<T> {
        let pid = self.issuer.pid();
        let before = ProcessStats::read(pid)?;
        ProcessStats::reset_peak(pid)?;
        let ((result, ends), latency) = self.innocent.continue_during(attack).await?;
        let after = ProcessStats::read(pid)?;
        let report = &mut self.report;
        for (end, count) in RequestEnd::tally(&ends) {
            report.require(end.is_refusal(), format!("{name}: {count} {end}"));
            report.figure(&format!("{name}: {end}"), count);
        }
        let peak = after.peak_memory_mib();
        let holds = peak <= MAX_MEMORY_MIB;
        report.require(holds, format!("{name}: {peak:.0} MiB of memory"));
        let added = peak - before.memory_mib();
        report.figure(&format!("{name}: memory added, MiB"), format!("{added:.1}"));
        let cpu = after.cpu.saturating_sub(before.cpu).as_secs_f64();
        report.figure(
            &format!("{name}: processor time, seconds"),
            format!("{cpu:.2}"),
        );
        let most = self.size.max_latency.as_millis();
        let innocent = format!("{name}: p99 of the innocent client, ms");
        report.at_most(&innocent, latency.as_millis(), most);
        Ok(result)
    }
}
