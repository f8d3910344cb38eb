//! Known bugs that can be planted in the current thread. They let the protocol simulation prove
//! that it finds such bugs.

use std::cell::Cell;

/// A known bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// A message is deleted before its outcome is durable.
    DeleteBeforePublish,
    /// The raw object is not checked again after its manifest is written.
    NoVerifyAfterPublish,
    /// A heartbeat is sent after the backoff is set, and overwrites it.
    HeartbeatAfterBackoff,
    /// A webhook reports whatever outcome is stored, even if it was not published yet.
    DeliverUnpublished,
}

thread_local! {
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
}

/// Plants a bug in the current thread, or removes it.
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

/// Returns `true` if this bug is planted in the current thread.
pub fn is_planted(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}
