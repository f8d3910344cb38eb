//! A reservation for uploads whose files may still arrive.

use std::sync::Arc;
use std::time::Duration;

use darkroom_contract::UploadId;
use tokio::time::Instant;

use super::owner_quota::OwnerQuota;

/// The time for which a reservation outlasts its URL: five minutes for a clock of the issuer that
/// is ahead of S3's, and one minute for the transfer of a file that S3 accepted at the last moment.
pub(super) const RESERVATION_GRACE: Duration = Duration::from_secs(6 * 60);

/// A part of a quota that is reserved for uploads. The reservation ends when this value is dropped,
/// unless it is [kept](Self::keep).
#[must_use = "a reservation ends when it is dropped"]
#[derive(Debug)]
pub struct Reservation {
    /// `None` if the profile has no quota.
    pub(super) quota: Option<Arc<OwnerQuota>>,
    pub(super) uploads: Vec<UploadId>,
}

impl Reservation {
    /// Keeps the reservation for URLs that expire after `upload_expiry`, and a little longer.
    pub fn keep(mut self, upload_expiry: Duration) {
        self.end(Instant::now() + upload_expiry + RESERVATION_GRACE);
    }

    fn end(&mut self, at: Instant) {
        if let Some(quota) = self.quota.take() {
            quota.reserved().end(&self.uploads, at);
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.end(Instant::now());
    }
}
