//! The report: JSON and a chart; `table.rs` makes the tables.

use std::fs;
use std::path::Path;

use darkroom_bench_report::{Bar, BarChart, BarGroup, Machine};
use serde::Serialize;

/// Everything that one run of the command measured.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The day.
    pub date: String,
    /// The machine.
    pub machine: Machine,
    /// The number of different photos.
    pub photos: usize,
    /// The bytes of all photos.
    pub photo_bytes: usize,
    /// The number of runs. Each figure is the median.
    pub runs: usize,
    /// Photos per second of `darkroom process` with one render process.
    pub bare_per_second: f64,
    /// The figures on each cloud.
    pub clouds: Vec<CloudReport>,
    /// `darkroom upload` of a folder.
    pub upload: Option<UploadReport>,
    /// The parts that could not be measured, with reasons.
    pub left_out: Vec<String>,
}

/// The figures on one cloud.
#[derive(Debug, Clone, Serialize)]
pub struct CloudReport {
    /// The name of the cloud.
    pub name: &'static str,
    /// Full queues, Darkroom first.
    pub jobs: Vec<Jobs>,
    /// One worker of Darkroom at half of its throughput.
    pub latency: Latency,
}

/// A kind of worker with a full queue.
#[derive(Debug, Clone, Serialize)]
pub struct Jobs {
    /// The name of the worker.
    pub peer: &'static str,
    /// The number of workers.
    pub workers: usize,
    /// Finished uploads per second.
    pub jobs_per_second: f64,
    /// The share of the time that each worker spends with rendering.
    pub rendering: f64,
    /// Processor milliseconds of a worker per upload, without its render process.
    pub cpu_ms: f64,
    /// The peak memory of a worker without its render process.
    pub worker_mib: f64,
    /// The peak memory of a render process; 0 without one.
    pub child_mib: f64,
}

/// Milliseconds from the end of the `PUT` to the outcome.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Latency {
    /// The median, rendering included.
    pub p50_ms: f64,
    /// The 95th percentile, rendering included.
    pub p95_ms: f64,
    /// The 99th percentile, rendering included.
    pub p99_ms: f64,
    /// The median without rendering.
    pub beyond_rendering_p50_ms: f64,
    /// The 95th percentile without rendering.
    pub beyond_rendering_p95_ms: f64,
}

/// `darkroom upload` of a folder beside `darkroom process` of it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct UploadReport {
    /// The number of photos.
    pub photos: usize,
    /// The time of `darkroom upload`.
    pub upload_seconds: f64,
    /// The time of `darkroom process`.
    pub process_seconds: f64,
}

impl Report {
    /// Writes the report as JSON.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write_json(&self, path: &Path) -> anyhow::Result<()> {
        fs::write(path, serde_json::to_string_pretty(self)? + "\n")?;
        Ok(())
    }

    /// Writes a bar chart of the throughputs as SVG.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write_svg(&self, path: &Path) -> anyhow::Result<()> {
        let groups = self.clouds.iter().map(|cloud| BarGroup {
            title: format!("{}: uploads per second, longer is better", cloud.name),
            bars: cloud.jobs.iter().map(bar).collect(),
        });
        let chart = BarChart {
            groups: groups.collect(),
        };
        fs::write(path, chart.to_svg())?;
        Ok(())
    }
}

fn bar(jobs: &Jobs) -> Bar {
    Bar {
        name: format!("{} × {}", jobs.workers, jobs.peer),
        value: jobs.jobs_per_second,
        label: format!("{:.2}", jobs.jobs_per_second),
        is_own: jobs.peer == "Darkroom",
    }
}
