//! The discrete-event simulation.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use crate::fleet::{Fleet, StageTimes};
use crate::run::{Recorder, Run};

const MICROSECONDS: f64 = 1e6;

/// A stage of an upload. Its end is an event of the simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Notification,
    Download,
    Render,
    Write,
}

/// An upload, by its position among the arrivals.
type Upload = usize;

struct EventLoop<'a> {
    arrivals: &'a [f64],
    times: &'a StageTimes,
    random: fastrand::Rng,
    /// The ends of stages, in microseconds. Of simultaneous ends, that of the older upload is first.
    ends: BinaryHeap<Reverse<(u64, Upload, Stage)>>,
    free_permits: u64,
    backlog: VecDeque<Upload>,
    free_processes: u64,
    downloaded: VecDeque<Upload>,
    recorder: Recorder,
}

/// Moves each upload through the fleet: it waits for a permit, is downloaded, waits for a render
/// process, is rendered and written. `arrivals` are the times of the PUTs in seconds, in order.
pub fn simulate(arrivals: &[f64], fleet: &Fleet, times: &StageTimes, seed: u64) -> Run {
    let of_all = |per_worker: u32| u64::from(fleet.workers) * u64::from(per_worker);
    let mut event_loop = EventLoop {
        arrivals,
        times,
        random: fastrand::Rng::with_seed(seed),
        ends: BinaryHeap::new(),
        free_permits: of_all(fleet.permits),
        backlog: VecDeque::new(),
        free_processes: of_all(fleet.render_processes),
        downloaded: VecDeque::new(),
        recorder: Recorder::new(arrivals, of_all(fleet.render_processes)),
    };
    event_loop.run();
    event_loop.recorder.finish()
}

impl EventLoop<'_> {
    fn run(&mut self) {
        let mut next = 0;
        loop {
            let arrival = self.arrivals.get(next).map(|time| self.visible_at(*time));
            let end = self.ends.peek().map(|Reverse((time, ..))| *time);
            match (arrival, end) {
                (Some(arrival), end) if end.is_none_or(|end| arrival < end) => {
                    self.end_stage(arrival, next, Stage::Notification);
                    next += 1;
                }
                (_, Some(_)) => {
                    if let Some(Reverse((time, upload, stage))) = self.ends.pop() {
                        self.end_stage(time, upload, stage);
                    }
                }
                (_, None) => return,
            }
        }
    }

    /// Returns the time when a worker can receive the event of an upload.
    fn visible_at(&self, arrival: f64) -> u64 {
        microseconds(arrival + self.times.notification)
    }

    fn end_stage(&mut self, now: u64, upload: Upload, stage: Stage) {
        match stage {
            Stage::Notification => self.backlog.push_back(upload),
            Stage::Download => self.downloaded.push_back(upload),
            Stage::Render => {
                self.free_processes += 1;
                self.schedule(now, self.times.write, upload, Stage::Write);
            }
            Stage::Write => {
                self.free_permits += 1;
                if let Some(arrival) = self.arrivals.get(upload) {
                    self.recorder.finished(*arrival, seconds(now));
                }
            }
        }
        self.start_downloads(now);
        self.start_rendering(now);
        self.recorder.backlog(seconds(now), self.backlog.len());
    }

    fn start_downloads(&mut self, now: u64) {
        while self.free_permits > 0
            && let Some(upload) = self.backlog.pop_front()
        {
            self.free_permits -= 1;
            self.schedule(now, self.times.download, upload, Stage::Download);
        }
    }

    fn start_rendering(&mut self, now: u64) {
        while self.free_processes > 0
            && let Some(upload) = self.downloaded.pop_front()
        {
            self.free_processes -= 1;
            let render = self.times.sample_render(&mut self.random);
            self.recorder.rendered(render);
            self.schedule(now, render, upload, Stage::Render);
        }
    }

    fn schedule(&mut self, now: u64, delay: f64, upload: Upload, stage: Stage) {
        let end = now + microseconds(delay);
        self.ends.push(Reverse((end, upload, stage)));
    }
}

fn microseconds(seconds: f64) -> u64 {
    (seconds * MICROSECONDS).round() as u64
}

fn seconds(microseconds: u64) -> f64 {
    microseconds as f64 / MICROSECONDS
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: StageTimes = StageTimes {
        notification: 0.5,
        download: 1.0,
        render: 2.0,
        render_variation: 0.0,
        write: 1.0,
    };

    fn latencies(count: usize, permits: u32, render_processes: u32) -> Vec<f64> {
        let fleet = Fleet {
            workers: 1,
            permits,
            render_processes,
        };
        let arrivals = vec![0.0; count];
        let mut latencies = simulate(&arrivals, &fleet, &TIMES, 1).latencies().to_vec();
        latencies.sort_unstable_by(f64::total_cmp);
        latencies
    }

    #[test]
    fn an_upload_alone_takes_the_time_of_its_stages() {
        assert_eq!(latencies(1, 1, 1), [4.5]);
    }

    #[test]
    fn with_one_permit_uploads_follow_each_other() {
        assert_eq!(latencies(3, 1, 1), [4.5, 8.5, 12.5]);
    }

    #[test]
    fn with_more_permits_only_rendering_waits() {
        assert_eq!(latencies(3, 3, 1), [4.5, 6.5, 8.5]);
        assert_eq!(latencies(3, 3, 3), [4.5, 4.5, 4.5]);
    }

    #[test]
    fn a_fleet_without_workers_finishes_nothing_and_ends() {
        assert_eq!(latencies(3, 0, 0), [0.0; 0]);
    }

    /// With one server and random arrivals and services, the average wait is known: Pollaczek and
    /// Khinchine's formula for M/G/1.
    #[test]
    fn the_average_wait_is_that_of_queueing_theory() {
        let mut random = fastrand::Rng::with_seed(3);
        let (rate, service, variation) = (0.7, 1.0, 0.5);
        let mut now = 0.0;
        let arrivals: Vec<f64> = (0..400_000)
            .map(|_| {
                now -= (1.0 - random.f64()).ln() / rate;
                now
            })
            .collect();
        let times = StageTimes {
            notification: 0.0,
            download: 0.0,
            render: service,
            render_variation: variation,
            write: 0.0,
        };
        let fleet = Fleet {
            workers: 1,
            permits: u32::MAX,
            render_processes: 1,
        };
        let run = simulate(&arrivals, &fleet, &times, 4);
        let load = rate * service;
        let wait = load * service * (1.0 + variation * variation) / (2.0 * (1.0 - load));
        let average = run.latencies().iter().sum::<f64>() / 400_000.0;
        let expected = wait + service;
        assert!(
            (average / expected - 1.0).abs() < 0.03,
            "{average} {expected}"
        );
    }
}
