//! The capacity of a worker, which owners share.

/// The number of messages and images that a worker processes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Capacity {
    /// The messages in progress while the worker does not look ahead.
    pub(crate) permits: usize,
    /// The further messages that the worker receives when it looks ahead, or 0 without fairness.
    pub(crate) look_ahead: usize,
    pub(crate) render_processes: usize,
}

impl Capacity {
    /// Returns the number of messages that one of several active owners may have in progress,
    /// including those that wait for others of the same owner. One half of the messages that are
    /// received by looking ahead is never left to busy owners, so that looking ahead continues.
    pub(super) fn messages_per_owner(self, owners: usize) -> usize {
        ((self.permits + self.look_ahead / 2) / owners.max(1)).max(1)
    }

    /// Returns the number of messages of one owner that are downloaded, rendered and written at the
    /// same time.
    pub(super) fn active_messages_per_owner(self, owners: usize) -> usize {
        (self.permits / owners.max(1)).max(1)
    }

    /// Returns the number of images of one owner that are rendered at the same time. An owner whose
    /// images are slow leaves one process to others, if there are several.
    pub(super) fn renders_per_owner(self, is_slow: bool) -> usize {
        match self.render_processes {
            0 | 1 => 1,
            processes => processes - usize::from(is_slow),
        }
    }
}
