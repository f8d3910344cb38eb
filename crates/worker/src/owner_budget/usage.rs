//! The use of a worker by one owner.

use std::time::Duration;

use tokio::time::Instant;

/// An image is slow if its render takes longer than this.
const SLOW: Duration = Duration::from_secs(3);
/// The time for which an owner counts as slow after a slow image.
const SLOW_FOR: Duration = Duration::from_secs(60);
/// Until the first image of an owner has been rendered, turns and [`OwnerUsage::useful_messages`]
/// assume that an image takes this long. It is not charged to `used`.
const FIRST_ESTIMATE: Duration = Duration::from_millis(20);
/// In the moving average of render times, the latest image counts 1/`AVERAGE_DIVISOR`.
const AVERAGE_DIVISOR: u32 = 4;
/// The shortest average render time that [`OwnerUsage::useful_messages`] assumes.
const MIN_AVERAGE: Duration = Duration::from_millis(1);
/// The longest time that the receipt of a message is expected to take.
const RECEIPT_TIME: Duration = Duration::from_millis(100);
/// The amount of work that is useful to have in progress for an owner, as render time per render
/// process. It must exceed [`MIN_DELAY`]: a deferred message takes at least that long to come back,
/// and queues return messages in bursts.
const USEFUL_WORK: Duration = Duration::from_secs(2);
/// The shortest delay of a deferred message. Queues delay messages by whole seconds.
const MIN_DELAY: Duration = Duration::from_secs(1);
/// The longest delay of a message on SQS.
const MAX_DELAY: Duration = Duration::from_secs(15 * 60);
/// Turns within this time from now are spaced by the estimate. Turns that are further away are at
/// most [`MAX_SPACING`] apart.
const ESTIMATED: Duration = Duration::from_secs(60);
/// The longest time between two turns that are further away than [`ESTIMATED`]. It is short on
/// purpose: the messages of these turns come back early and are deferred again with a better
/// estimate. It is not 0, so that they do not all come back at once and slow down other owners.
const MAX_SPACING: Duration = Duration::from_millis(50);

/// A render in progress, with its estimated time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StartedRender {
    started_at: Instant,
    estimate: Duration,
}

/// The use of this worker by one owner.
#[derive(Debug)]
pub(super) struct OwnerUsage {
    /// The number of messages in progress, active or not.
    pub(super) messages: usize,
    /// Until this time, the owner counts as having several messages in progress. Between the end of
    /// one message and the receipt of the next, an owner with many messages may have only one.
    several_until: Instant,
    /// The number of active messages: those that do not wait for other messages of this owner.
    pub(super) active_messages: usize,
    renders: Vec<StartedRender>,
    /// The moving average of the render times of this owner's images.
    average: Option<Duration>,
    slow_until: Instant,
    /// The turn of the next message that will be deferred.
    next_turn: Instant,
    /// The render time charged to this owner. When the owner becomes active,
    /// [`Shares`](super::shares::Shares) may increase it.
    pub(super) used: Duration,
    pub(super) last_used_at: Instant,
}

impl OwnerUsage {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            messages: 0,
            several_until: now,
            active_messages: 0,
            renders: Vec::new(),
            average: None,
            slow_until: now,
            next_turn: now,
            used: Duration::ZERO,
            last_used_at: now,
        }
    }

    /// Returns `true` if this owner has several messages in progress, or deferred messages. Other
    /// owners may then have to wait for this one.
    pub(super) fn is_busy(&self, now: Instant) -> bool {
        self.messages > 1 || self.several_until > now || self.next_turn > now
    }

    /// Ends one message in progress.
    pub(super) fn end_message(&mut self, now: Instant) {
        if self.messages > 1 {
            self.several_until = now + RECEIPT_TIME;
        }
        self.messages = self.messages.saturating_sub(1);
    }

    pub(super) fn renders(&self) -> usize {
        self.renders.len()
    }

    /// Returns `true` if an image of this owner may occupy a render process for long.
    pub(super) fn is_slow(&self, now: Instant) -> bool {
        let is_running_long = |render: &StartedRender| now - render.started_at > SLOW;
        self.average.is_none() || self.slow_until > now || self.renders.iter().any(is_running_long)
    }

    /// Returns the number of messages that keep `parallel` render processes busy until deferred
    /// messages come back.
    pub(super) fn useful_messages(&self, parallel: usize) -> usize {
        let average = self.average.unwrap_or(FIRST_ESTIMATE).max(MIN_AVERAGE);
        let per_process = USEFUL_WORK.as_millis() / average.as_millis();
        usize::try_from(per_process)
            .unwrap_or(usize::MAX)
            .saturating_mul(parallel)
    }

    /// Reserves a turn for a deferred message and returns the time until that turn. Assumes that
    /// `parallel` images are rendered at a time, and that `owners` owners share the render
    /// processes evenly.
    ///
    /// The time between two turns is half of the estimated time per image, so that no render
    /// process has to wait for a message. A message that comes back too early is deferred again.
    pub(super) fn reserve_turn(
        &mut self,
        parallel: usize,
        owners: usize,
        now: Instant,
    ) -> Duration {
        let count = |number: usize| u32::try_from(number.max(1)).unwrap_or(u32::MAX);
        let average = self.average.unwrap_or(FIRST_ESTIMATE);
        let spacing = average.saturating_mul(count(owners)) / count(parallel) / 2;
        let turn = self.next_turn.max(now + MIN_DELAY).min(now + MAX_DELAY);
        let is_far = turn > now + ESTIMATED;
        self.next_turn = turn
            + if is_far {
                spacing.min(MAX_SPACING)
            } else {
                spacing
            };
        turn - now
    }

    /// Starts a render and adds its estimated time to `used`.
    pub(super) fn start_render(&mut self, now: Instant) -> StartedRender {
        let render = StartedRender {
            started_at: now,
            estimate: self.average.unwrap_or_default(),
        };
        self.used += render.estimate;
        self.renders.push(render);
        render
    }

    /// Ends a render and replaces its estimated time in `used` with the real time.
    pub(super) fn end_render(&mut self, render: StartedRender, now: Instant) {
        if let Some(index) = self.renders.iter().position(|one| *one == render) {
            self.renders.swap_remove(index);
        }
        let took = now - render.started_at;
        self.used = (self.used + took).saturating_sub(render.estimate);
        self.average = Some(self.average.map_or(took, |average| {
            (average * (AVERAGE_DIVISOR - 1) + took) / AVERAGE_DIVISOR
        }));
        if took > SLOW {
            self.slow_until = now + SLOW_FOR;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn used(took: Duration) -> (OwnerUsage, Instant) {
        let started_at = Instant::now();
        let mut usage = OwnerUsage::new(started_at);
        let render = usage.start_render(started_at);
        usage.end_render(render, started_at + took);
        (usage, started_at + took)
    }

    #[test]
    fn turns_are_spread_over_half_the_time_that_the_images_take() {
        let (mut usage, now) = used(SECOND / 10);
        let turns: Vec<Duration> = (0..1000).map(|_| usage.reserve_turn(2, 1, now)).collect();
        assert_eq!(turns[0], SECOND);
        assert_eq!(turns[1] - turns[0], SECOND / 40);
        let last = turns[999].as_secs_f64();
        assert!((25.0..27.0).contains(&last), "{last}");
        let (mut usage, now) = used(SECOND / 10);
        let shared: Vec<Duration> = (0..2).map(|_| usage.reserve_turn(2, 2, now)).collect();
        assert_eq!(shared[1] - shared[0], SECOND / 20);
    }

    #[test]
    fn no_turn_is_further_away_than_a_queue_can_delay_a_message() {
        let (mut usage, now) = used(10 * SECOND);
        let turns = (0..100_000).map(|_| usage.reserve_turn(1, 1, now));
        assert_eq!(turns.max(), Some(MAX_DELAY));
    }

    #[test]
    fn an_owner_is_slow_until_its_images_have_been_fast_for_a_minute() {
        let (usage, now) = used(4 * SECOND);
        assert!(usage.is_slow(now + 59 * SECOND) && !usage.is_slow(now + 61 * SECOND));
        let (mut usage, now) = used(SECOND / 10);
        assert!(!usage.is_slow(now));
        let _running = usage.start_render(now);
        assert!(usage.is_slow(now + 4 * SECOND), "a render takes long");
        assert!(OwnerUsage::new(now).is_slow(now), "no image was rendered");
    }
}
