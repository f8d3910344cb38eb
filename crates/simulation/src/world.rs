//! The state that all processes share: store, queues, registry, random numbers, and the trace.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use darkroom_cloud::{MemoryBucket, MemoryQueue};
use darkroom_contract::{Clock, Profiles, QueueSettings};
use time::OffsetDateTime;
use time::macros::datetime;
use tokio::time::Instant;

use crate::faults::{Fate, Rates};
use crate::grants::Grants;
use crate::profiles::profiles;
use crate::registry::Registry;
use crate::trace::Trace;

const EPOCH: OffsetDateTime = datetime!(2026-01-01 00:00 UTC);

/// The store, the queues, and the state of the simulation.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) raw: MemoryBucket,
    pub(crate) media: MemoryBucket,
    pub(crate) events: MemoryQueue,
    pub(crate) dead_letters: MemoryQueue,
    pub(crate) outcomes: MemoryQueue,
    /// The dead-letter queue of `outcomes`.
    pub(crate) undeliverable: MemoryQueue,
    pub(crate) profiles: Arc<Profiles>,
    pub(crate) queues: QueueSettings,
    pub(crate) rates: Rates,
    /// The number of messages that workers receive beyond their permits. If it is 0, no message is
    /// deferred. If it is small, many messages are deferred.
    pub(crate) look_ahead: usize,
    /// The number of uploads that an owner may keep. Most runs have no quota.
    pub(crate) quota: Option<u64>,
    started_at: Instant,
    state: Mutex<State>,
}

/// The mutable state.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) rng: fastrand::Rng,
    pub(crate) registry: Registry,
    pub(crate) grants: Grants,
    pub(crate) trace: Trace,
    pub(crate) violation: Option<String>,
    /// `true` until the clients are finished. After that, there are no faults.
    pub(crate) has_faults: bool,
    pub(crate) is_store_down: bool,
}

impl World {
    pub(crate) fn new(seed: u64, keeps_trace: bool) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let started_at = Instant::now();
        let clock = Clock::from_fn(move || EPOCH + started_at.elapsed());
        let queues = QueueSettings::default();
        let dead_letters = MemoryQueue::new(clock.clone());
        let max = queues.max_receive_count;
        let rates = Rates::draw(&mut rng);
        let look_ahead = [0, 0, 0, 0, 0, 0, 1, 10][rng.usize(0..8)];
        let quota = [None, None, None, Some(1), Some(2), Some(3)][rng.usize(0..6)];
        Self {
            raw: MemoryBucket::new("raw"),
            media: MemoryBucket::new("media"),
            events: MemoryQueue::with_dead_letters(clock.clone(), max, dead_letters.clone()),
            dead_letters,
            outcomes: MemoryQueue::new(clock.clone()),
            undeliverable: MemoryQueue::new(clock),
            profiles: Arc::new(profiles(quota)),
            queues,
            rates,
            look_ahead,
            quota,
            started_at,
            state: Mutex::new(State {
                rng,
                registry: Registry::default(),
                grants: Grants::default(),
                trace: Trace::new(keeps_trace),
                violation: None,
                has_faults: true,
                is_store_down: false,
            }),
        }
    }

    /// Returns a clock that is wrong by `skew_seconds`.
    pub(crate) fn clock(&self, skew_seconds: i64) -> Clock {
        let started_at = self.started_at;
        let epoch = EPOCH + time::Duration::seconds(skew_seconds);
        Clock::from_fn(move || epoch + started_at.elapsed())
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn trace(&self, process: &str, step: fmt::Arguments<'_>) {
        self.state().trace.add(process, step);
    }

    /// Draws a random number below `end`.
    pub(crate) fn draw(&self, end: u64) -> u64 {
        self.state().rng.u64(0..end)
    }

    /// Draws a random duration up to `max`.
    pub(crate) fn draw_duration(&self, max: Duration) -> Duration {
        max.mul_f64(self.state().rng.f64())
    }

    /// Returns `true` with this probability while there are faults.
    pub(crate) fn happens(&self, probability: f64) -> bool {
        let mut state = self.state();
        state.has_faults && state.rng.f64() < probability
    }

    /// Draws the fate and the latency of a call.
    pub(crate) fn fate(&self) -> (Fate, Duration) {
        let mut state = self.state();
        if !state.has_faults {
            return (Fate::Succeed, Duration::from_millis(1));
        }
        let latency = self.rates.latency(&mut state.rng);
        (self.rates.fate(&mut state.rng), latency)
    }

    /// Records the first violation of an invariant.
    pub(crate) fn violate(&self, violation: String) {
        let mut state = self.state();
        state.trace.add("INVARIANT", format_args!("{violation}"));
        state.violation.get_or_insert(violation);
    }
}
