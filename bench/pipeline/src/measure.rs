//! The run, in which all workers take turns.

use std::path::Path;
use std::time::Duration;

use clap::ValueEnum;
use darkroom_bench_report::{Machine, median, percentile};
use darkroom_harness::{Cloud, TestBed, TestBedOptions};
use time::OffsetDateTime;

use crate::full_queue::{self, Run};
use crate::latency::{self, Sample};
use crate::peer::Peer;
use crate::report::{CloudReport, Jobs, Latency, Report};
use crate::size::Size;
use crate::{bare, photos, upload_folder};

/// Limits of the profile that photos of cameras do not reach.
const LIMITS: [(&str, &str); 4] = [
    ("DARKROOM_PROFILES_AVATAR_MAX_BYTES", "64MiB"),
    ("DARKROOM_PROFILES_AVATAR_MAX_WIDTH", "16383"),
    ("DARKROOM_PROFILES_AVATAR_MAX_HEIGHT", "16383"),
    ("DARKROOM_PROFILES_AVATAR_MAX_OUTPUT_BYTES", "64MiB"),
];

/// A cloud to measure on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CloudChoice {
    /// S3 and SQS in the process of the benchmark.
    Embedded,
    /// LocalStack, which needs Docker or Python, and the network when it is installed.
    Localstack,
}

impl CloudChoice {
    fn name(self) -> &'static str {
        match self {
            Self::Embedded => "Embedded cloud",
            Self::Localstack => "LocalStack",
        }
    }

    fn cloud(self) -> Cloud {
        match self {
            Self::Embedded => Cloud::Embedded,
            Self::Localstack => Cloud::LocalStack,
        }
    }
}

/// Measures workers on each cloud. Without a folder, the photos are generated.
///
/// # Errors
/// If a cloud or a worker does not start, or an upload does not become `ready`.
pub async fn measure(
    darkroom: &Path,
    clouds: &[CloudChoice],
    folder: Option<&Path>,
    size: Size,
) -> anyhow::Result<Report> {
    let photos = match folder {
        Some(folder) if !size.is_short => photos::in_folder(folder)?,
        _ => photos::generated(),
    };
    let mut report = Report {
        date: OffsetDateTime::now_utc().date().to_string(),
        machine: Machine::current(),
        photos: photos.len(),
        photo_bytes: photos.iter().map(Vec::len).sum(),
        runs: size.runs,
        bare_per_second: 0.0,
        clouds: Vec::new(),
        upload: None,
        left_out: Vec::new(),
    };
    let python = match tokio::task::spawn_blocking(Peer::python).await? {
        Ok(python) => Some(python),
        Err(error) => {
            let reason = format!("The worker in Python is left out: {error:#}");
            report.left_out.push(reason);
            None
        }
    };
    let peers: Vec<Peer> = [Peer::Darkroom].into_iter().chain(python).collect();
    let mut bare_seconds = Vec::new();
    for &choice in clouds {
        let options = TestBedOptions::on(choice.cloud()).with_settings(&LIMITS);
        let bed = TestBed::start(darkroom, &options).await?;
        let session = Session {
            bed: &bed,
            photos: &photos,
            size,
        };
        let cloud = session.cloud(choice, &peers, &mut bare_seconds).await?;
        report.clouds.push(cloud);
        if choice == CloudChoice::Embedded {
            report.upload = Some(upload_folder::run(&bed, size).await?);
        }
    }
    report.bare_per_second = size.uploads as f64 / median(bare_seconds);
    Ok(report)
}

struct Session<'a> {
    bed: &'a TestBed,
    photos: &'a [Vec<u8>],
    size: Size,
}

impl Session<'_> {
    /// Lets peers and bare rendering take turns, so that a change of the machine's speed meets all of them.
    async fn cloud(
        &self,
        choice: CloudChoice,
        peers: &[Peer],
        bare_seconds: &mut Vec<f64>,
    ) -> anyhow::Result<CloudReport> {
        let folder = tempfile::tempdir()?;
        photos::write(self.photos, self.size.uploads, folder.path())?;
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let counts: Vec<usize> = (1..=processors.min(4)).collect();
        let cases: Vec<(&Peer, usize)> = peers
            .iter()
            .flat_map(|peer| counts.iter().map(move |&workers| (peer, workers)))
            .collect();
        let mut runs = vec![Vec::new(); cases.len()];
        for _ in 0..self.size.runs {
            bare_seconds.push(bare::process(self.bed, folder.path()).await?);
            for (runs, &(peer, workers)) in runs.iter_mut().zip(&cases) {
                let uploads = match peer {
                    Peer::Darkroom => self.size.uploads,
                    Peer::Python(_) => self.size.python_uploads,
                };
                runs.push(full_queue::run(self.bed, peer, workers, self.photos, uploads).await?);
            }
        }
        let jobs: Vec<Jobs> = cases
            .iter()
            .zip(&runs)
            .map(|(&(peer, workers), runs)| summary(peer, workers, runs))
            .collect();
        let rate = jobs.first().map_or(1.0, |jobs| jobs.jobs_per_second);
        let interval = Duration::from_secs_f64(2.0 / rate);
        let uploads = self.size.paced_uploads;
        let samples = latency::run(self.bed, self.photos, uploads, interval).await?;
        Ok(CloudReport {
            name: choice.name(),
            jobs,
            latency: latencies(&samples),
        })
    }
}

fn summary(peer: &Peer, workers: usize, runs: &[Run]) -> Jobs {
    let figure = |part: fn(&Run) -> f64| median(runs.iter().map(part));
    Jobs {
        peer: peer.name(),
        workers,
        jobs_per_second: figure(|run| run.jobs_per_second),
        rendering: figure(|run| run.rendering),
        cpu_ms: figure(|run| run.cpu_ms),
        worker_mib: figure(|run| run.worker_mib),
        child_mib: figure(|run| run.child_mib),
    }
}

fn latencies(samples: &[Sample]) -> Latency {
    let total: Vec<f64> = samples.iter().map(|sample| sample.total_ms).collect();
    let beyond = samples.iter().map(|sample| sample.beyond_rendering_ms);
    let beyond: Vec<f64> = beyond.collect();
    Latency {
        p50_ms: percentile(&total, 0.5),
        p95_ms: percentile(&total, 0.95),
        p99_ms: percentile(&total, 0.99),
        beyond_rendering_p50_ms: percentile(&beyond, 0.5),
        beyond_rendering_p95_ms: percentile(&beyond, 0.95),
    }
}
