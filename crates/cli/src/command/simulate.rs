//! `darkroom simulate`: the backlog, the latency, the workers and the cost of a day.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Context;
use darkroom_capacity::{
    CALLS, Compute, Cost, Fleet, Interval, Objective, Prices, Run, StageTimes, Traffic, simulate,
    smallest_fleet,
};
use serde_json::{Value, json};

use crate::arguments::Simulate;
use crate::console::print;
use crate::exit_status::{ExitStatus, UsageError};
use crate::path_text::path_text;

/// Two per render process, as `worker.in_flight` is by default.
const PERMITS_PER_PROCESS: u32 = 2;
const HOUR: f64 = 3600.0;

/// A finished simulation.
struct Simulation<'a> {
    arguments: &'a Simulate,
    times: StageTimes,
    objective: Objective,
    fleet: Fleet,
    run: Run,
    cost: Cost,
}

pub(super) fn run(arguments: &Simulate) -> anyhow::Result<ExitStatus> {
    let simulation = Simulation::new(arguments)?;
    if arguments.json {
        print(&simulation.to_json().to_string())?;
    } else {
        print(simulation.to_text().trim_end())?;
    }
    Ok(ExitStatus::Success)
}

impl<'a> Simulation<'a> {
    fn new(arguments: &'a Simulate) -> anyhow::Result<Self> {
        let arrivals = traffic(arguments)?.arrivals(arguments.seed);
        let times = StageTimes {
            notification: arguments.notification.as_secs_f64(),
            download: arguments.download.as_secs_f64(),
            render: arguments.render.as_secs_f64(),
            render_variation: arguments.render_variation,
            write: arguments.write.as_secs_f64(),
        };
        let objective = Objective {
            seconds: arguments.objective.as_secs_f64(),
            share: arguments.share,
        };
        let fleet = Fleet {
            workers: arguments.workers.unwrap_or(1),
            permits: arguments.render_processes * PERMITS_PER_PROCESS,
            render_processes: arguments.render_processes,
        };
        let seed = arguments.seed;
        let (fleet, run) = match arguments.workers {
            Some(_) => (fleet, simulate(&arrivals, &fleet, &times, seed)),
            None => smallest_fleet(&arrivals, fleet, &times, objective, seed)
                .map_err(|error| UsageError(error.to_string()))?,
        };
        let compute = Compute {
            workers: fleet.workers,
            vcpus: f64::from(fleet.render_processes),
            memory_gb: gigabytes(arguments.memory.as_u64()),
            seconds: run.seconds,
        };
        let raw_bytes = gigabytes(arguments.raw_size.as_u64()) * 1e9;
        let (uploads, variants) = (to_f64(run.uploads()), f64::from(arguments.variants));
        let cost = Cost::new(uploads, variants, raw_bytes, compute, &Prices::default());
        Ok(Self {
            arguments,
            times,
            objective,
            fleet,
            run,
            cost,
        })
    }

    fn to_json(&self) -> Value {
        let Self { run, .. } = self;
        json!({
            "uploads": run.uploads(),
            "fleet": self.fleet,
            "stage_seconds": self.times,
            "p50_seconds": run.percentile(0.5),
            "p99_seconds": run.percentile(0.99),
            "share_within_objective": run.share_within(self.objective.seconds),
            "max_backlog": run.max_backlog,
            "utilization": run.utilization,
            "seconds": run.seconds,
            "calls": CALLS,
            "prices_usd": Prices::default(),
            "cost_usd": self.cost,
            "intervals": run.intervals,
        })
    }

    fn to_text(&self) -> String {
        let mut text = "  time  uploads   backlog   slowest\n".to_owned();
        for hour in hours(&self.run.intervals) {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{:>6}  {:>7}  {:>8}  {:>7.1}s",
                clock(hour.starts_at),
                hour.uploads,
                hour.max_backlog,
                hour.max_latency
            );
        }
        let Self {
            run, cost, fleet, ..
        } = self;
        let _ = write!(
            text,
            "\n{} uploads; workers: {}, each with {} render processes, used {:.0} % of the time\n\
             p50 {:.2} s, p99 {:.2} s, {:.3} % within {}; largest backlog {}\n\
             cost at list prices: {:.2} USD ({:.2} S3 writes, {:.2} S3 reads, {:.2} SQS, {:.2} compute)\n\
             raw objects: {:.2} USD more each month while they are kept (storage.raw_expiration_days)\n",
            run.uploads(),
            fleet.workers,
            fleet.render_processes,
            run.utilization * 100.0,
            run.percentile(0.5),
            run.percentile(0.99),
            run.share_within(self.objective.seconds) * 100.0,
            self.arguments.objective,
            run.max_backlog,
            cost.total,
            cost.s3_write,
            cost.s3_read,
            cost.sqs,
            cost.compute,
            cost.raw_storage_per_month,
        );
        text
    }
}

fn traffic(arguments: &Simulate) -> anyhow::Result<Traffic> {
    let Some(path) = &arguments.trace else {
        let peak = Duration::from(arguments.peak_duration).as_secs();
        let peak = u32::try_from(peak).unwrap_or(u32::MAX);
        return Ok(Traffic::day(arguments.uploads, arguments.peak, peak));
    };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read {}", path_text(path)))?;
    let traffic = Traffic::from_csv(&text);
    Ok(traffic.map_err(|error| UsageError(format!("{}: {error}", path_text(path))))?)
}

/// Combines the intervals of each hour.
fn hours(intervals: &[Interval]) -> Vec<Interval> {
    let mut hours: Vec<Interval> = Vec::new();
    for interval in intervals {
        let starts_at = (interval.starts_at / HOUR).floor() * HOUR;
        if hours.last().is_none_or(|last| last.starts_at < starts_at) {
            hours.push(Interval {
                starts_at,
                ..Interval::default()
            });
        }
        if let Some(hour) = hours.last_mut() {
            hour.uploads += interval.uploads;
            hour.max_backlog = hour.max_backlog.max(interval.max_backlog);
            hour.max_latency = hour.max_latency.max(interval.max_latency);
        }
    }
    hours
}

fn clock(seconds: f64) -> String {
    format!("{:02.0}:00", (seconds / HOUR).floor())
}

fn gigabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e9
}

fn to_f64(count: usize) -> f64 {
    count as f64
}
