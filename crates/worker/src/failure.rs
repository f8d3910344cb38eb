//! The outcome of an upload whose attempts are exhausted.

use std::collections::BTreeMap;

use darkroom_consumer::DeliveryAttempt;
use darkroom_contract::{
    Clock, Manifest, ManifestSource, ObjectEvent, Outcome, OutcomeError, RawKey,
};
use darkroom_uploads::StoreError;

use crate::event_outcome::ProcessError;
use crate::left_over::may_be_left_over;
use crate::processor::Processor;
use crate::report::report;
use crate::upload::to_millisecond;

impl Processor {
    /// Writes a `failed` manifest after the last attempt, unless the upload already has an outcome.
    /// Any existing outcome is better than a failure, even if it comes from another recipe.
    pub(crate) async fn record_failure(
        &self,
        event: &ObjectEvent,
        attempt: &DeliveryAttempt,
        error: &ProcessError,
    ) -> Result<(), StoreError> {
        let Some(key) = self.store.upload_of(event) else {
            return Ok(());
        };
        // A deleted upload needs no outcome. If one were written here, no later attempt would
        // delete it.
        if self.store.source_info(&key).await?.is_none() {
            return self.delete_left_over(&key, attempt).await;
        }
        let clock = self.store.clock();
        let manifest = failed_manifest(event, &key, error, clock);
        let is_written = self.store.write_failure(&manifest).await?;
        if is_written {
            report(&manifest, attempt, &self.store);
        }
        // The upload may have been deleted in the meantime. A deletion removes the raw object
        // before the outputs, and may have finished before the manifest was written.
        match self.store.source_info(&key).await {
            Ok(Some(_)) if is_written => self.store.publish_outcome(&manifest).await,
            Ok(Some(_)) => Ok(()),
            Ok(None) => self.delete_left_over(&key, attempt).await,
            Err(error) => {
                tracing::warn!(%key, %error, "cannot tell if the upload was deleted");
                Ok(())
            }
        }
    }

    /// Writes a tombstone and deletes the outputs, if this attempt or an earlier attempt at this
    /// message may have written outputs. Call this only if the raw object is gone.
    async fn delete_left_over(
        &self,
        key: &RawKey,
        attempt: &DeliveryAttempt,
    ) -> Result<(), StoreError> {
        let manifest = self.store.manifest(key).await?;
        if may_be_left_over(manifest.as_deref(), &attempt.repeated()) {
            self.store.write_tombstone(key).await?;
            self.store.clean_up(key).await?;
        }
        Ok(())
    }
}

fn failed_manifest(
    event: &ObjectEvent,
    key: &RawKey,
    error: &ProcessError,
    clock: &Clock,
) -> Manifest {
    Manifest {
        version: Manifest::VERSION,
        id: key.id,
        outcome: Outcome::Failed {
            error: OutcomeError {
                code: error.code().to_owned(),
                message: "the upload could not be processed; the image itself may be fine"
                    .to_owned(),
            },
        },
        source: ManifestSource {
            bucket: event.bucket.clone(),
            key: event.key.clone(),
            etag: event.etag.clone().unwrap_or_default(),
            version_id: event.version_id.clone(),
            bytes: event.size.unwrap_or_default(),
            sha256: None,
            image: None,
        },
        review: None,
        responsive: None,
        metadata: BTreeMap::new(),
        crop: None,
        notes: Vec::new(),
        recipe: String::new(),
        finished_at: to_millisecond(clock.now()),
        render_ms: 0,
        profile: key.profile.clone(),
        owner: key.owner.clone(),
    }
}
