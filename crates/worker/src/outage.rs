//! Telling a store that is down from an object that cannot be had.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use darkroom_cloud::{Bucket, CloudErrorKind, S3Bucket};
use darkroom_telemetry::metric;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::backoff::Backoff;

/// No key of ours is like this, so asking for it never reads anything.
const PROBE_KEY: &str = "darkroom-probe";
/// A store that takes longer is not of use.
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);
/// Between two looks at a store that is down.
const LOOK_AGAIN: Backoff = Backoff::doubling(Duration::from_secs(1), Duration::from_secs(15));

/// Whether both buckets can be used, as far as this worker knows; cheap to clone.
///
/// While the store is down, nothing is received, so that no message loses a try to it, and what is
/// in work waits where it is. A failure alone says nothing: it may be the object's own (a key that
/// may not be read, a part that is lost), and one such object must not hold up all others. So after
/// a failure the store itself is asked.
#[derive(Debug, Clone)]
pub(crate) struct Outage {
    buckets: [Watched; 2],
    is_down: Arc<watch::Sender<bool>>,
}

/// A bucket, and what it has been heard to say.
#[derive(Debug, Clone)]
struct Watched {
    bucket: S3Bucket,
    has_allowed: Arc<AtomicBool>,
}

impl Outage {
    pub(crate) fn watch(raw: S3Bucket, media: S3Bucket) -> Self {
        Self {
            buckets: [raw, media].map(Watched::new),
            is_down: Arc::new(watch::Sender::new(false)),
        }
    }

    /// Asks the store, for somebody whose call has just failed.
    pub(crate) async fn is_down(&self) -> bool {
        if self.is_known() {
            return true;
        }
        let is_down = !self.answers().await;
        if is_down && !self.is_down.send_replace(true) {
            metric::STORE_DOWN.set(1.0, []);
            tracing::error!("the store is down: nothing is received until it answers");
        }
        is_down
    }

    /// Whether it was down when it was last asked.
    pub(crate) fn is_known(&self) -> bool {
        *self.is_down.borrow()
    }

    /// Returns when the store is not known to be down.
    pub(crate) async fn end(&self) {
        // Only fails when the sender is gone, which is here.
        let _ = self.is_down.subscribe().wait_for(|is_down| !is_down).await;
    }

    /// Looks for the end of every outage; never returns. Asks once at the beginning, to know how the
    /// store answers when it is well.
    pub(crate) async fn look_out(&self) {
        self.is_down().await;
        let mut changes = self.is_down.subscribe();
        loop {
            // As above.
            let _ = changes.wait_for(|is_down| *is_down).await;
            let mut looks = 1;
            sleep(LOOK_AGAIN.after(looks)).await;
            while !self.answers().await {
                looks += 1;
                sleep(LOOK_AGAIN.after(looks)).await;
            }
            tracing::info!(looks, "the store answers again");
            metric::STORE_DOWN.set(0.0, []);
            self.is_down.send_replace(false);
        }
    }

    async fn answers(&self) -> bool {
        let [raw, media] = &self.buckets;
        let (raw, media) = tokio::join!(raw.answers(), media.answers());
        raw && media
    }
}

impl Watched {
    fn new(bucket: S3Bucket) -> Self {
        let has_allowed = Arc::default();
        Self {
            bucket,
            has_allowed,
        }
    }

    /// "Forbidden" is an answer too: it is what a store says of a key that is not there to somebody
    /// who may not list. From one that has said "not found" before, it is news: credentials have
    /// ended, or a policy has changed, and no object can be had.
    async fn answers(&self) -> bool {
        let kind = match timeout(PROBE_TIMEOUT, self.bucket.head(PROBE_KEY)).await {
            Ok(Ok(_)) => {
                self.has_allowed.store(true, Ordering::Relaxed);
                return true;
            }
            Ok(Err(error)) => error.kind,
            Err(_) => return false,
        };
        match kind {
            CloudErrorKind::Forbidden => !self.has_allowed.load(Ordering::Relaxed),
            CloudErrorKind::Unavailable | CloudErrorKind::TimedOut | CloudErrorKind::Throttled => {
                false
            }
            CloudErrorKind::NotFound
            | CloudErrorKind::PreconditionFailed
            | CloudErrorKind::Invalid => true,
        }
    }
}
