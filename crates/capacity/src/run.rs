//! The results of a simulation.

use serde::Serialize;

/// The length of an [`Interval`] in seconds.
const INTERVAL: f64 = 300.0;

/// The result of a simulation.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    latencies: Vec<f64>,
    uploads: usize,
    /// The largest number of uploads that waited for a permit.
    pub max_backlog: usize,
    /// The share of the time of all render processes that was used for rendering.
    pub utilization: f64,
    /// The time until the last upload had its outcome, in seconds.
    pub seconds: f64,
    /// The course of the simulation, in intervals of five minutes.
    pub intervals: Vec<Interval>,
}

/// Five minutes of a simulation.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Interval {
    /// The start of the interval, in seconds.
    pub starts_at: f64,
    /// The uploads that arrived.
    pub uploads: u64,
    /// The largest number of uploads that waited for a permit.
    pub max_backlog: usize,
    /// The longest time from a PUT in this interval to its outcome, in seconds.
    pub max_latency: f64,
}

/// A recorder of the events of a simulation.
#[derive(Debug)]
pub(crate) struct Recorder {
    run: Run,
    render_processes: u64,
    render_seconds: f64,
}

impl Recorder {
    pub(crate) fn new(arrivals: &[f64], render_processes: u64) -> Self {
        let mut recorder = Self {
            run: Run {
                latencies: Vec::with_capacity(arrivals.len()),
                uploads: arrivals.len(),
                max_backlog: 0,
                utilization: 0.0,
                seconds: 0.0,
                intervals: Vec::new(),
            },
            render_processes,
            render_seconds: 0.0,
        };
        for arrival in arrivals {
            recorder.interval(*arrival).uploads += 1;
        }
        recorder
    }

    pub(crate) fn finished(&mut self, arrival: f64, now: f64) {
        let latency = now - arrival;
        self.run.latencies.push(latency);
        self.run.seconds = now;
        let interval = self.interval(arrival);
        interval.max_latency = interval.max_latency.max(latency);
    }

    pub(crate) fn rendered(&mut self, seconds: f64) {
        self.render_seconds += seconds;
    }

    pub(crate) fn backlog(&mut self, now: f64, backlog: usize) {
        self.run.max_backlog = self.run.max_backlog.max(backlog);
        let interval = self.interval(now);
        interval.max_backlog = interval.max_backlog.max(backlog);
    }

    pub(crate) fn finish(mut self) -> Run {
        self.run.latencies.sort_unstable_by(f64::total_cmp);
        let available = self.run.seconds * to_f64(self.render_processes);
        if available > 0.0 {
            self.run.utilization = self.render_seconds / available;
        }
        self.run
    }

    /// Returns the interval that contains a time.
    fn interval(&mut self, time: f64) -> &mut Interval {
        let index = (time / INTERVAL) as usize;
        let intervals = &mut self.run.intervals;
        while intervals.len() <= index {
            let starts_at = to_f64(intervals.len() as u64) * INTERVAL;
            intervals.push(Interval {
                starts_at,
                ..Interval::default()
            });
        }
        &mut intervals[index]
    }
}

impl Run {
    /// Returns the times from PUT to outcome in seconds, the shortest first.
    pub fn latencies(&self) -> &[f64] {
        &self.latencies
    }

    /// Returns the latency that a share of the uploads do not exceed (nearest rank), or infinity if
    /// fewer uploads have an outcome.
    pub fn percentile(&self, share: f64) -> f64 {
        let rank = (to_f64(self.uploads as u64) * share).ceil() as usize;
        let found = self.latencies.get(rank.saturating_sub(1));
        found.copied().unwrap_or(f64::INFINITY)
    }

    /// Returns the share of the uploads that have an outcome within `seconds`.
    pub fn share_within(&self, seconds: f64) -> f64 {
        let within = self
            .latencies
            .partition_point(|latency| *latency <= seconds);
        to_f64(within as u64) / to_f64(self.uploads.max(1) as u64)
    }

    /// Returns the number of uploads.
    pub const fn uploads(&self) -> usize {
        self.uploads
    }
}

fn to_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_count_uploads_without_an_outcome() {
        let arrivals = [0.0, 0.0, 400.0, 400.0];
        let mut recorder = Recorder::new(&arrivals, 1);
        for (arrival, now) in [(400.0, 403.0), (0.0, 1.0), (0.0, 2.0)] {
            recorder.finished(arrival, now);
        }
        recorder.backlog(301.0, 7);
        let run = recorder.finish();
        assert_eq!(run.percentile(0.5), 2.0);
        assert_eq!(run.percentile(0.75), 3.0);
        assert_eq!(run.percentile(0.99), f64::INFINITY);
        assert_eq!(run.share_within(2.0), 0.5);
        assert_eq!(run.max_backlog, 7);
        let intervals = run.intervals.iter();
        let intervals: Vec<_> = intervals
            .map(|interval| (interval.uploads, interval.max_backlog, interval.max_latency))
            .collect();
        assert_eq!(intervals, [(2, 0, 2.0), (2, 7, 3.0)]);
    }
}
