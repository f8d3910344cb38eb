//! The times at which the store is polled for the outcome of one upload.

use std::time::Duration;

use darkroom_contract::PendingStatus;
use tokio::time::Instant;

/// The interval between polls of an upload whose file has not arrived.
const AWAITING_INTERVAL: Duration = Duration::from_secs(1);
/// The estimate if there is no recent outcome.
const DEFAULT_ESTIMATE: Duration = Duration::from_millis(100);
/// The limits of the first interval after the outcome is due.
const FIRST_INTERVAL: [Duration; 2] = [Duration::from_millis(40), Duration::from_millis(250)];
/// The limits of the longest interval. The limit for an upload is a quarter of the time for which
/// it has been processed, so that waits for a long backlog cost the store little.
const LONGEST_INTERVAL: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(5)];
/// The minimum time and number of polls from one full poll to the next. A full poll reads the whole
/// status and always notices a deletion by another process. The polls in between start from the
/// previous status, which saves calls to the store.
const FULL_POLL_INTERVAL: Duration = Duration::from_secs(2);
const FULL_POLL: u32 = 3;

/// The polls of one upload.
///
/// A file that has arrived is polled when its outcome is due, according to an estimate, and then at
/// growing intervals. If the estimate is good, this takes few polls, and the outcome is
/// noticed within tens of milliseconds.
#[derive(Debug)]
pub(super) struct PollSchedule {
    /// The time at which a poll first saw the file.
    arrived_at: Option<Instant>,
    /// The time of the last poll that saw the file without an outcome.
    last_seen_at: Option<Instant>,
    estimate: Duration,
    /// The next interval after the outcome is due.
    interval: Duration,
    last_full_poll_at: Option<Instant>,
    polls_since: u32,
}

impl PollSchedule {
    pub(super) const fn new() -> Self {
        Self {
            arrived_at: None,
            last_seen_at: None,
            estimate: DEFAULT_ESTIMATE,
            interval: Duration::ZERO,
            last_full_poll_at: None,
            polls_since: 0,
        }
    }

    /// Begins a poll at `now`. Returns `true` if the poll must be able to notice a deletion.
    pub(super) fn begin_poll(&mut self, now: Instant) -> bool {
        let is_long_ago = |last: Instant| now - last >= FULL_POLL_INTERVAL;
        let is_full = self.last_full_poll_at.is_none_or(is_long_ago);
        let is_full =
            is_full && (self.polls_since >= FULL_POLL || self.last_full_poll_at.is_none());
        self.polls_since = if is_full { 1 } else { self.polls_since + 1 };
        if is_full {
            self.last_full_poll_at = Some(now);
        }
        is_full
    }

    /// Records that a poll at `now` has seen the file without an outcome. `estimate` is the time in
    /// which the outcome is expected; only that of the first call counts.
    pub(super) fn saw_file(&mut self, now: Instant, estimate: Option<Duration>) {
        self.last_seen_at = Some(now);
        if self.arrived_at.is_none() {
            self.arrived_at = Some(now);
            self.estimate = estimate.unwrap_or(DEFAULT_ESTIMATE);
            let [shortest, longest] = FIRST_INTERVAL;
            self.interval = (self.estimate / 10).clamp(shortest, longest);
        }
    }

    /// Estimates the time from the arrival of the file to its outcome, after a poll at `now` has
    /// seen the outcome. The outcome was written after the previous poll and at least `render_time`
    /// after the arrival. The estimate is the middle of the possible times. Returns `None` if no
    /// poll saw the file before its outcome.
    pub(super) fn processing_time(&self, render_time: Duration, now: Instant) -> Option<Duration> {
        let arrived_at = self.arrived_at?;
        let longest = now - arrived_at;
        let shortest = self.last_seen_at? - arrived_at;
        Some((render_time.clamp(shortest, longest) + longest) / 2)
    }

    /// Returns the time of the next poll, if the poll at `now` has seen `status`.
    pub(super) fn next(&mut self, now: Instant, status: Option<PendingStatus>) -> Instant {
        let arrived_at = match (status, self.arrived_at) {
            (Some(PendingStatus::Processing), Some(arrived_at)) => arrived_at,
            _ => return now + AWAITING_INTERVAL,
        };
        let [shortest, longest] = LONGEST_INTERVAL;
        let limit = ((now - arrived_at) / 4).clamp(shortest, longest);
        let due_at = arrived_at + self.estimate;
        if due_at > now {
            return due_at.min(now + limit);
        }
        let interval = self.interval.min(limit);
        self.interval = interval.mul_f64(1.3);
        now + interval
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// Returns the delays from arrival to each poll until the outcome is seen.
    fn polls(estimate: Option<Duration>, outcome: Duration) -> Vec<Duration> {
        let arrived_at = Instant::now();
        let mut schedule = PollSchedule::new();
        let mut now = arrived_at;
        let mut polls = Vec::new();
        loop {
            polls.push(now - arrived_at);
            if now - arrived_at >= outcome {
                return polls;
            }
            schedule.saw_file(now, estimate);
            now = schedule.next(now, Some(PendingStatus::Processing));
        }
    }

    #[test]
    fn an_outcome_on_time_is_noticed_early_and_with_few_polls() {
        for (estimate, outcome) in [(50, 48), (100, 100), (100, 95), (300, 320), (450, 450)] {
            let polls = polls(Some(estimate * MS), outcome * MS);
            let delay = *polls.last().unwrap() - outcome * MS;
            assert!(polls.len() <= 4 && delay <= 40 * MS, "{outcome}: {polls:?}");
        }
    }

    #[test]
    fn a_wrong_estimate_delays_an_outcome_by_half_a_second_or_a_quarter_of_its_time() {
        for estimate in [None, Some(MS), Some(60_000 * MS)] {
            for outcome in [10, 200, 1000, 5000, 60_000, 600_000] {
                let polls = polls(estimate, outcome * MS);
                let delay = *polls.last().unwrap() - outcome * MS;
                let limit = (outcome / 4).clamp(500, 5000) * MS;
                assert!(delay <= limit, "{estimate:?}, {outcome}: {delay:?}");
            }
        }
    }

    #[test]
    fn the_processing_time_lies_between_the_last_two_polls() {
        let start = Instant::now();
        let mut schedule = PollSchedule::new();
        assert_eq!(schedule.processing_time(MS, start), None);
        schedule.saw_file(start, None);
        schedule.saw_file(start + 100 * MS, None);
        for (render_time, expected) in [(20, 125), (130, 140), (900, 150)] {
            let time = schedule.processing_time(render_time * MS, start + 150 * MS);
            assert_eq!(time, Some(expected * MS));
        }
    }

    #[test]
    fn waiting_for_a_backlog_costs_few_polls() {
        assert!(polls(None, 60_000 * MS).len() < 45);
    }

    #[test]
    fn a_deletion_is_noticed_within_seconds() {
        let now = Instant::now();
        let mut schedule = PollSchedule::new();
        let seconds = [0, 1, 2, 3, 4, 5, 6];
        let full = seconds.map(|second| schedule.begin_poll(now + second * 1000 * MS));
        assert_eq!(full, [true, false, false, true, false, false, true]);
        let soon = now + 6000 * MS;
        assert!((1..100).all(|poll| !schedule.begin_poll(soon + poll * MS)));
        assert!(schedule.begin_poll(soon + FULL_POLL_INTERVAL));
    }
}
