//! The processing of one event, up to the outcome of its upload.

use bytes::Bytes;
use darkroom_cloud::ReadError;
use darkroom_consumer::DeliveryAttempt;
use darkroom_contract::{Manifest, ObjectEvent, Outcome, Profile, RawKey, sha256_hex};
use darkroom_render::RenderError;
use darkroom_telemetry::metric;
use darkroom_uploads::{ObjectVersion, RenderedUpload};
use tokio::time::Instant;
use tracing::{Instrument, info_span};

use crate::download::{Download, OpenedSource, attachment};
use crate::event_outcome::{EventOutcome, ProcessError};
use crate::left_over::may_be_left_over;
use crate::processor::Processor;
use crate::report::report;
use crate::review::{Reviewed, is_review_obsolete};
use crate::upload::{RenderResult, Upload, continue_upload_trace, upload_span};

/// The largest body that is hashed on an async thread. Hashing a larger body there would delay
/// other messages, so it runs on a blocking thread.
const MAX_INLINE_HASH: usize = 256 * 1024;

/// The result of processing one version of the raw object.
enum PassResult {
    Finished(EventOutcome),
    /// The key must be processed again, and its object rendered again, for one of two reasons:
    /// either the raw object was replaced or deleted in the meantime, so the outputs may come from
    /// the old object or from the new one, or review copies are missing.
    Stale,
}

impl Processor {
    /// Processes the upload that an event refers to.
    ///
    /// This may be called repeatedly, and by several workers at once, for the same event.
    pub(crate) async fn process(
        &self,
        event: &ObjectEvent,
        attempt: &DeliveryAttempt,
    ) -> Result<EventOutcome, ProcessError> {
        let Some(key) = self.store.upload_of(event) else {
            self.acknowledge_probe(event).await;
            return Ok(EventOutcome::Foreign);
        };
        let profile = self.store.profile(&key.profile);
        let profile = profile.ok_or_else(|| ProcessError::UnknownProfile(key.profile.clone()))?;
        let mut current = None;
        loop {
            let event = current.as_ref().unwrap_or(event);
            match self.process_once(event, &key, profile, attempt).await? {
                PassResult::Finished(outcome) => return Ok(outcome),
                PassResult::Stale => current = Some(self.current_event(&key).await?),
            }
        }
    }

    /// Deletes the object of an event that `darkroom doctor` caused. Only logs a failure, because
    /// `doctor` reports it too.
    async fn acknowledge_probe(&self, event: &ObjectEvent) {
        if let Some(probe) = self.store.probe_of(event)
            && let Err(error) = self.store.acknowledge_probe(probe).await
        {
            tracing::warn!(%probe, %error, "cannot acknowledge a probe of `darkroom doctor`");
        }
    }

    async fn process_once(
        &self,
        event: &ObjectEvent,
        key: &RawKey,
        profile: &Profile,
        attempt: &DeliveryAttempt,
    ) -> Result<PassResult, ProcessError> {
        let max_bytes = profile.max_bytes.as_u64();
        let span = upload_span(key);
        let (opened, manifest) = tokio::join!(
            self.downloads
                .open(&self.store, key, event, max_bytes, &span),
            self.store.manifest(key),
        );
        let download = match opened? {
            OpenedSource::Found(download) => *download,
            OpenedSource::Deleted => {
                return self
                    .finish_deletion(key, manifest?.as_deref(), attempt)
                    .await;
            }
            OpenedSource::Superseded if attempt.is_first() => {
                return Ok(PassResult::Finished(EventOutcome::Superseded));
            }
            // An earlier worker may have overwritten some variants with those of the previous
            // object before it stopped. The current object is therefore rendered even if it has a
            // manifest.
            OpenedSource::Superseded => return Ok(PassResult::Stale),
        };
        let attachment = attachment(download.info());
        continue_upload_trace(&span, &attachment);
        download.set_parent(&span);
        let upload = Upload {
            bucket: self.store.source_bucket(),
            recipe: profile.recipe(attachment.crop),
            info: download.info().clone(),
            attachment,
            profile,
            key: key.clone(),
        };
        let manifest = manifest?;
        let is_current = |manifest: &&Manifest| {
            !event.force && upload.is_current(manifest) && !is_review_obsolete(manifest, profile)
        };
        if let Some(current) = manifest.as_deref().filter(is_current) {
            // The source is verified here too. The worker that wrote the manifest may have stopped
            // before it verified the source or published the outcome. It is also possible that the
            // object was deleted after this worker opened it, and that the manifest was written
            // after the deletion.
            let finishing = self.finish(current.clone(), None, EventOutcome::Unchanged, attempt);
            return finishing.await;
        }
        let processing = self.render_and_write(upload, download, manifest.as_deref(), attempt);
        processing.instrument(span).await
    }

    /// Handles an event whose raw object is gone. If an earlier attempt may have left outputs,
    /// deletes them and writes a tombstone. Otherwise writes a tombstone only if there is no
    /// manifest: an existing one is kept, because the raw object may merely have expired.
    async fn finish_deletion(
        &self,
        key: &RawKey,
        manifest: Option<&Manifest>,
        attempt: &DeliveryAttempt,
    ) -> Result<PassResult, ProcessError> {
        if may_be_left_over(manifest, attempt) {
            return self.delete_outputs_with_tombstone(key, manifest).await;
        }
        if manifest.is_none() {
            self.store.write_tombstone(key).await?;
        }
        Ok(PassResult::Finished(EventOutcome::Deleted))
    }

    async fn render_and_write(
        &self,
        upload: Upload<'_>,
        download: Download,
        previous: Option<&Manifest>,
        attempt: &DeliveryAttempt,
    ) -> Result<PassResult, ProcessError> {
        let rendered = self.render(&upload, download).await?;
        // Rendering takes a while. Without this check, the variants of this object could overwrite
        // those of a newer object. Clients may already have the URLs of the newer variants, which
        // are served as immutable.
        let info = self.store.source_info(&upload.key).await?;
        if info.as_ref().map(ObjectVersion::from) != Some(ObjectVersion::from(&upload.info)) {
            return Ok(PassResult::Stale);
        }
        let writing = self.write(upload, rendered, previous);
        let manifest = writing.instrument(info_span!("write")).await?;
        report(&manifest, attempt, &self.store);
        self.finish(manifest, previous, EventOutcome::Processed, attempt)
            .await
    }

    /// Applies the decision of a reviewer to a stored manifest, if there is one. Then verifies the
    /// source, publishes the outcome, and deletes the review copies that are no longer needed.
    async fn finish(
        &self,
        manifest: Manifest,
        previous: Option<&Manifest>,
        outcome: EventOutcome,
        attempt: &DeliveryAttempt,
    ) -> Result<PassResult, ProcessError> {
        let (manifest, outcome) = match self.apply_review(manifest, attempt).await? {
            Reviewed::Unchanged(manifest) => (manifest, outcome),
            Reviewed::Decided(manifest) => (manifest, EventOutcome::Processed),
            Reviewed::CopiesMissing(manifest) => {
                return self.finish_without_copies(&manifest).await;
            }
        };
        let result = self.verify_source(&manifest, outcome).await?;
        if matches!(result, PassResult::Finished(finished) if finished == outcome) {
            let store = &self.store;
            store.delete_old_review_copies(&manifest, previous).await?;
        }
        Ok(result)
    }

    /// Ends a pass that found review copies missing. Some of the variants may have been published
    /// before. If a deletion has removed the copies, it may have run before these variants were
    /// written, so they are deleted here.
    async fn finish_without_copies(&self, manifest: &Manifest) -> Result<PassResult, ProcessError> {
        let key = manifest.raw_key();
        match self.store.source_info(&key).await? {
            Some(_) => Ok(PassResult::Stale),
            None => {
                self.delete_outputs_with_tombstone(&key, Some(manifest))
                    .await
            }
        }
    }

    /// Checks the raw object again after the manifest is written, and publishes the outcome if the
    /// object is still the same.
    ///
    /// A deletion removes the raw object before the outputs. If the raw object is already gone, the
    /// outputs are deleted here. Otherwise a deletion that comes later removes them itself. If the
    /// object was replaced, this attempt may have overwritten newer outputs, so the new object is
    /// rendered again.
    async fn verify_source(
        &self,
        manifest: &Manifest,
        outcome: EventOutcome,
    ) -> Result<PassResult, ProcessError> {
        #[cfg(feature = "planted-bugs")]
        {
            use darkroom_consumer::planted::{Bug, is_planted};
            if is_planted(Bug::NoVerifyAfterPublish) {
                self.store.publish_outcome(manifest).await?;
                return Ok(PassResult::Finished(outcome));
            }
        }
        let key = manifest.raw_key();
        let info = self.store.source_info(&key).await?;
        match info.as_ref().map(ObjectVersion::from) {
            Some(version) if version.is_source_of(manifest) => {
                self.store.publish_outcome(manifest).await?;
                Ok(PassResult::Finished(outcome))
            }
            Some(_) => Ok(PassResult::Stale),
            None => {
                self.delete_outputs_with_tombstone(&key, Some(manifest))
                    .await
            }
        }
    }

    async fn delete_outputs_with_tombstone(
        &self,
        key: &RawKey,
        manifest: Option<&Manifest>,
    ) -> Result<PassResult, ProcessError> {
        self.store.write_tombstone(key).await?;
        Ok(match self.store.delete_outputs(key, manifest).await? {
            None => PassResult::Finished(EventOutcome::Deleted),
            Some(_) => PassResult::Stale,
        })
    }

    /// Returns a forced event for the current object of the key. It is forced because the variants
    /// of an older object may have overwritten those that the manifest names.
    async fn current_event(&self, key: &RawKey) -> Result<ObjectEvent, ProcessError> {
        let info = self.store.source_info(key).await?;
        let version = info.as_ref().map(ObjectVersion::from);
        Ok(self.store.event(key, version, true))
    }

    async fn render(
        &self,
        upload: &Upload<'_>,
        download: Download,
    ) -> Result<RenderResult, ProcessError> {
        let max_bytes = upload.recipe.limits.max_bytes;
        let downloaded = match download.read(max_bytes).await {
            Ok(downloaded) => downloaded,
            Err(ReadError::TooLarge { max }) => return Ok(upload.too_large(max)),
            Err(ReadError::Cloud(error)) => return Err(error.into()),
        };
        let sha256 = hash(&downloaded.bytes).await?;
        let started_at = Instant::now();
        let rendering = async {
            let _in_progress = self.owner_budget.start_render(&upload.key.owner).await;
            let render = self.renderer.render(&downloaded.bytes, &upload.recipe);
            render.await
        };
        let rendered = rendering.instrument(info_span!("render")).await;
        let duration = started_at.elapsed();
        let profile = upload.key.profile.as_str();
        metric::RENDER_TIME.record(duration.as_secs_f64(), [profile]);
        let result = RenderError::split_rejection(rendered);
        Ok(RenderResult {
            sha256: Some(sha256),
            result: result.map_err(|error| ProcessError::NoRenderer(error.to_string()))?,
            duration,
        })
    }

    /// Writes all variants, then the manifest.
    async fn write(
        &self,
        upload: Upload<'_>,
        rendered: RenderResult,
        previous: Option<&Manifest>,
    ) -> Result<Manifest, ProcessError> {
        let started_at = Instant::now();
        let mut notes = Vec::new();
        let mut source = None;
        let (outcome, review) = match rendered.result {
            Ok(image) => {
                source = Some(image.source);
                notes = image.notes;
                notes.extend(upload.type_mismatch(&image.source));
                let writing = self.store.write_outputs(RenderedUpload {
                    key: &upload.key,
                    profile: upload.profile,
                    source_sha256: rendered.sha256.as_deref().unwrap_or_default(),
                    previous,
                    variants: image.variants,
                    placeholder: image.placeholder,
                    perceptual_hashes: image.perceptual_hashes,
                    removed_metadata: image.removed_metadata,
                });
                writing.await?
            }
            Err(error) => (Outcome::Rejected { error }, None),
        };
        let manifest = Manifest {
            notes,
            review,
            render_ms: u64::try_from(rendered.duration.as_millis()).unwrap_or(u64::MAX),
            ..upload.manifest(outcome, source, rendered.sha256, self.store.clock())
        };
        self.store.write_manifest(&manifest).await?;
        metric::WRITE_TIME.record(started_at.elapsed().as_secs_f64(), []);
        Ok(manifest)
    }
}

async fn hash(bytes: &Bytes) -> Result<String, ProcessError> {
    if bytes.len() <= MAX_INLINE_HASH {
        return Ok(sha256_hex(bytes));
    }
    let bytes = bytes.clone();
    tokio::task::spawn_blocking(move || sha256_hex(&bytes))
        .await
        .map_err(|error| ProcessError::Internal(format!("hashing failed: {error}")))
}

#[cfg(test)]
mod tests;
