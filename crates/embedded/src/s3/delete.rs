//! The deletion of an object.

use std::sync::Arc;

use s3s::S3Result;

use super::bucket::Bucket;
use super::conditions::WriteConditions;
use super::notification::{Event, Notifier};
use super::store::Store;

/// Deletes an object and notifies the queues. Succeeds without any effect if the object does not
/// exist.
pub(crate) async fn delete(
    store: &Arc<Store>,
    notifier: &Notifier,
    bucket: Arc<Bucket>,
    key: String,
    conditions: WriteConditions,
) -> S3Result<()> {
    let notifier = notifier.clone();
    let work = move || {
        if let Some((object, sequencer)) = bucket.delete(&key, &conditions)? {
            notifier.notify(&bucket, Event::Delete, &object, sequencer);
        }
        Ok(())
    };
    store.run(work).await
}
