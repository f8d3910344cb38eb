//! The capacity of a worker, which owners share.

/// The number of messages and images that a worker processes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Capacity {
    /// The maximum number of messages in progress while the worker does not look ahead.
    pub(crate) permits: usize,
    /// The maximum number of further messages in progress while the worker looks ahead. 0 turns
    /// off fairness between owners.
    pub(crate) look_ahead: usize,
    pub(crate) render_processes: usize,
}

impl Capacity {
    /// Returns the number of messages that each owner may have in progress if the number of active
    /// owners is `owners`. Owners share only half of `look_ahead`. The other half stays free, so
    /// that the worker can always receive more messages.
    pub(super) fn messages_per_owner(self, owners: usize) -> usize {
        ((self.permits + self.look_ahead / 2) / owners.max(1)).max(1)
    }

    /// Returns the number of active messages that each owner may have if the number of active
    /// owners is `owners`. Active messages are downloaded, rendered and written at the same time.
    pub(super) fn active_messages_per_owner(self, owners: usize) -> usize {
        (self.permits / owners.max(1)).max(1)
    }

    /// Returns the number of images of one owner that may be rendered at the same time. If there
    /// are several render processes, an owner whose images are slow leaves one render process to
    /// other owners.
    pub(super) fn renders_per_owner(self, is_slow: bool) -> usize {
        match self.render_processes {
            0 | 1 => 1,
            processes => processes - usize::from(is_slow),
        }
    }
}
