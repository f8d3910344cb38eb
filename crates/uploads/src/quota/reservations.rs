//! The reservations of an owner.

use std::collections::BTreeMap;

use darkroom_contract::UploadId;
use tokio::time::Instant;

/// The reservations of an owner in one profile.
#[derive(Debug, Default)]
pub(super) struct Reservations(BTreeMap<UploadId, Reserved>);

#[derive(Debug, Clone, Copy)]
struct Reserved {
    bytes: u64,
    /// The end of the reservation, if it is known.
    until: Option<Instant>,
}

impl Reservations {
    pub(super) fn add(&mut self, uploads: impl Iterator<Item = (UploadId, u64)>) {
        let until = None;
        self.0
            .extend(uploads.map(|(id, bytes)| (id, Reserved { bytes, until })));
    }

    pub(super) fn end(&mut self, uploads: &[UploadId], at: Instant) {
        for id in uploads {
            if let Some(reserved) = self.0.get_mut(id) {
                reserved.until = Some(at);
            }
        }
    }

    /// Returns the uploads with a reservation that had not ended at this time. A reservation that
    /// ended during a listing counts for this listing, because the file may have arrived after it was
    /// listed.
    pub(super) fn at(&self, time: Instant) -> impl Iterator<Item = (UploadId, u64)> {
        let valid = self.0.iter().filter(move |(_, it)| it.is_valid_at(time));
        valid.map(|(id, reserved)| (*id, reserved.bytes))
    }

    /// Drops the reservations that ended before this time.
    pub(super) fn drop_ended(&mut self, time: Instant) {
        self.0.retain(|_, reserved| reserved.is_valid_at(time));
    }

    /// Returns the time of the first upload with a reservation, in milliseconds since 1970.
    pub(super) fn first_unix_millis(&self) -> Option<u64> {
        self.0.keys().next().map(UploadId::unix_millis)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Reserved {
    fn is_valid_at(&self, time: Instant) -> bool {
        self.until.is_none_or(|until| until >= time)
    }
}
