//! The clock of the queues.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A clock that reads the system time once, at its start, and adds the time elapsed since then. A
/// later change of the system time therefore does not affect the visibility of messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
    started_ms: u128,
}

impl Clock {
    pub(crate) fn start() -> Self {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            started: Instant::now(),
            started_ms: since_epoch.as_millis(),
        }
    }

    /// Returns the time in milliseconds since 1970. It never decreases.
    pub(crate) fn now_ms(self) -> u64 {
        u64::try_from(self.started_ms + self.started.elapsed().as_millis()).unwrap_or(u64::MAX / 4)
    }
}
