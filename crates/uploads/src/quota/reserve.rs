//! Reservation of a part of a quota.

use darkroom_cloud::CloudError;
use darkroom_contract::{Owner, Profile, ProfileName, QuotaExcess, RawKey, UploadId, Usage};
use tokio::time::Instant;

use super::count::Count;
use super::owner_quota::{Listed, OwnerQuota};
use super::reservation::{RESERVATION_GRACE, Reservation};
use crate::UploadStore;

/// The reason why nothing was reserved.
#[derive(Debug, Clone, thiserror::Error)]
pub enum QuotaError {
    /// A quota would be exceeded.
    #[error("the quota is exceeded: {0:?}")]
    Exceeded(QuotaExcess),
    /// A call to S3 failed.
    #[error(transparent)]
    Cloud(#[from] CloudError),
}

/// A request for new uploads of an owner.
struct Request<'a> {
    store: &'a UploadStore,
    profile: &'a Profile,
    /// The prefix of the owner's raw objects.
    prefix: String,
    uploads: &'a [(UploadId, u64)],
    arrived_at: Instant,
}

impl UploadStore {
    /// Reserves a part of an owner's quotas in a profile for new uploads. `uploads` pairs each id
    /// with the maximum size of its file. Reserves all or nothing. The reservation ends when it is
    /// dropped, unless it is [kept](Reservation::keep).
    ///
    /// Makes no call if the profile has no quota. Otherwise makes one call to S3, or shares the
    /// call of a concurrent request. If the owner has more than 1,000 uploads, all of them are
    /// listed at the first request, every ten minutes, and before a request is refused. This costs
    /// one more call for every 1,000 uploads.
    ///
    /// # Errors
    /// [`QuotaError`]. S3 responds `403` to a role without `s3:ListBucket`.
    pub async fn reserve(
        &self,
        name: &ProfileName,
        owner: &Owner,
        uploads: &[(UploadId, u64)],
    ) -> Result<Reservation, QuotaError> {
        let Some(profile) = self.profile(name).filter(|profile| profile.has_quota()) else {
            return Ok(Reservation {
                quota: None,
                uploads: Vec::new(),
            });
        };
        let quota = self.quotas.owner(name, owner);
        let request = Request {
            store: self,
            profile,
            prefix: RawKey::owner_prefix(name, owner),
            uploads,
            arrived_at: Instant::now(),
        };
        request.reserve(&quota).await?;
        Ok(Reservation {
            quota: Some(quota),
            uploads: uploads.iter().map(|(id, _)| *id).collect(),
        })
    }
}

impl Request<'_> {
    /// Checks the quotas and reserves. Handles the requests of one owner one at a time. All
    /// requests that arrive during a listing share the next listing.
    async fn reserve(&self, quota: &OwnerQuota) -> Result<(), QuotaError> {
        let mut listed = quota.listed.lock().await;
        if let Some(error) = listed.failed_since(self.arrived_at) {
            return Err(error.into());
        }
        let mut count = match listed.count.take() {
            Some(count) if count.started_at > self.arrived_at => count,
            last => self.list(quota, &mut listed, last).await?,
        };
        let mut reserved = self.try_reserve(quota, &count);
        if reserved.is_err() && !count.is_complete {
            count = self.list(quota, &mut listed, None).await?;
            reserved = self.try_reserve(quota, &count);
        }
        listed.count = Some(count);
        reserved.map_err(QuotaError::Exceeded)
    }

    /// Counts the uploads of the owner: updates the count `last`, or lists all uploads if there is
    /// none.
    async fn list(
        &self,
        quota: &OwnerQuota,
        listed: &mut Listed,
        last: Option<Count>,
    ) -> Result<Count, CloudError> {
        let started_at = Instant::now();
        let recent_from = self.recent_from(quota);
        let count = match last {
            Some(last) => last.update(self.store, &self.prefix, recent_from).await,
            None => Count::complete(self.store, &self.prefix, recent_from).await,
        };
        let failed = count.as_ref().err();
        listed.failed = failed.map(|error| (started_at, error.clone()));
        count
    }

    fn try_reserve(&self, quota: &OwnerQuota, count: &Count) -> Result<(), QuotaExcess> {
        let mut reserved = quota.reserved();
        reserved.drop_ended(count.started_at);
        let mut requested = Usage::default();
        for (_, bytes) in self.uploads {
            requested.add(*bytes);
        }
        let used = count.used(&reserved);
        self.profile.check_quota(used, requested)?;
        reserved.add(self.uploads.iter().copied());
        Ok(())
    }

    /// Returns the earliest creation time, in milliseconds since 1970, of an upload that has a
    /// reservation or whose URL may still be valid. Uploads from this time on are recent.
    fn recent_from(&self, quota: &OwnerQuota) -> u64 {
        let window = self.store.parts.upload_expiry + RESERVATION_GRACE;
        let from = (self.store.clock().now() - window).unix_timestamp_nanos() / 1_000_000;
        let from = u64::try_from(from).unwrap_or_default();
        let first = quota.reserved().first_unix_millis();
        first.map_or(from, |first| first.min(from))
    }
}
