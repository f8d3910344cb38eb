//! A count of an owner's uploads.

use std::collections::BTreeMap;

use darkroom_contract::{UploadId, Usage};
use tokio::time::Instant;

use super::reservations::Reservations;

/// The uploads of an owner in one profile, as a listing has shown them.
#[derive(Debug)]
pub(super) struct Count {
    /// The time at which the listing began. Everything that was stored before is counted.
    pub(super) started_at: Instant,
    /// The time at which the last listing of all uploads began.
    pub(super) complete_at: Instant,
    /// `true` if all uploads were listed, so that the count is exact.
    pub(super) is_complete: bool,
    /// `true` if all uploads take more than one page, so that listing only the recent ones is
    /// cheaper.
    pub(super) has_pages: bool,
    /// The uploads before `recent_from`. An upload among them may have been deleted since
    /// `complete_at`. No upload can join them, because their URLs have expired.
    pub(super) older: Usage,
    /// The creation time from which uploads are recent, in milliseconds since 1970.
    pub(super) recent_from: u64,
    /// The later uploads with their sizes. Their URLs may still be valid.
    pub(super) recent: BTreeMap<UploadId, u64>,
}

impl Count {
    /// Returns the usage, reservations included.
    pub(super) fn used(&self, reserved: &Reservations) -> Usage {
        let mut used = self.older;
        for bytes in self.recent.values() {
            used.add(*bytes);
        }
        for (id, bytes) in reserved.at(self.started_at) {
            match self.recent.get(&id) {
                Some(stored) => used.bytes += bytes.saturating_sub(*stored),
                None => used.add(bytes),
            }
        }
        used
    }

    pub(super) fn add(&mut self, id: UploadId, bytes: u64) {
        if id.unix_millis() < self.recent_from {
            self.older.add(bytes);
        } else {
            self.recent.insert(id, bytes);
        }
    }
}
