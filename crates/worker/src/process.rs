//! The processing of one event, up to the outcome of its upload.

use std::time::Instant;

use bytes::Bytes;
use darkroom_cloud::ReadError;
use darkroom_consumer::DeliveryAttempt;
use darkroom_contract::{Manifest, ObjectEvent, Outcome, Profile, RawKey, sha256_hex};
use darkroom_render::RenderError;
use darkroom_telemetry::metric;
use darkroom_uploads::ObjectVersion;
use tracing::{Instrument, info_span};

use crate::download::{Download, OpenedSource, attachment};
use crate::event_outcome::{EventOutcome, ProcessError};
use crate::left_over::may_be_left_over;
use crate::processor::Processor;
use crate::report::report;
use crate::upload::{RenderResult, Upload, continue_upload_trace, upload_span};

/// The largest body to hash inline. Larger ones go to a blocking thread, because they would delay
/// other messages.
const MAX_INLINE_HASH: usize = 256 * 1024;

/// The result of one attempt at an event.
enum AttemptResult {
    Finished(EventOutcome),
    /// The key has another object by now, or none. The outputs may belong to either object, so the
    /// current one must be rendered.
    SourceReplaced,
}

impl Processor {
    /// Processes the upload that an event refers to.
    ///
    /// It may be called repeatedly, and by several workers at once, for the same event.
    pub(crate) async fn process(
        &self,
        event: &ObjectEvent,
        attempt: &DeliveryAttempt,
    ) -> Result<EventOutcome, ProcessError> {
        let Some(key) = self.store.upload_of(event) else {
            return Ok(EventOutcome::Foreign);
        };
        let profile = self.store.profile(&key.profile);
        let profile = profile.ok_or_else(|| ProcessError::UnknownProfile(key.profile.clone()))?;
        let mut current = None;
        loop {
            let event = current.as_ref().unwrap_or(event);
            match self.process_once(event, &key, profile, attempt).await? {
                AttemptResult::Finished(outcome) => return Ok(outcome),
                AttemptResult::SourceReplaced => current = Some(self.current_event(&key).await?),
            }
        }
    }

    async fn process_once(
        &self,
        event: &ObjectEvent,
        key: &RawKey,
        profile: &Profile,
        attempt: &DeliveryAttempt,
    ) -> Result<AttemptResult, ProcessError> {
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
                let manifest = manifest?;
                if may_be_left_over(manifest.as_deref(), attempt) {
                    return self.delete_outputs(key, manifest.as_deref()).await;
                }
                if manifest.is_none() {
                    self.store.write_tombstone(key).await?;
                }
                return Ok(AttemptResult::Finished(EventOutcome::Deleted));
            }
            OpenedSource::Superseded if attempt.is_first() => {
                return Ok(AttemptResult::Finished(EventOutcome::Superseded));
            }
            // An earlier worker may have stopped partway through the variants of the previous
            // object, so the current object is rendered unconditionally.
            OpenedSource::Superseded => return Ok(AttemptResult::SourceReplaced),
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
        let current = manifest?.filter(|manifest| !event.force && upload.is_current(manifest));
        if let Some(manifest) = current {
            // The worker that wrote it may have stopped before the check or the publication. The
            // object may also have been deleted since it was opened, before another worker wrote
            // this manifest.
            return self.verify_source(&manifest, EventOutcome::Unchanged).await;
        }
        let made = self.render_and_write(upload, download, attempt);
        made.instrument(span).await
    }

    async fn render_and_write(
        &self,
        upload: Upload<'_>,
        download: Download,
        attempt: &DeliveryAttempt,
    ) -> Result<AttemptResult, ProcessError> {
        let rendered = self.render(&upload, download).await?;
        // Rendering takes long. Without this check, variants of this object would replace those of a
        // newer one, whose URLs are known and promise that their bytes never change.
        let info = self.store.source_info(&upload.key).await?;
        if info.as_ref().map(ObjectVersion::from) != Some(ObjectVersion::from(&upload.info)) {
            return Ok(AttemptResult::SourceReplaced);
        }
        let writing = self.write(upload, rendered);
        let manifest = writing.instrument(info_span!("write")).await?;
        report(&manifest, attempt, &self.store);
        self.verify_source(&manifest, EventOutcome::Processed).await
    }

    /// Checks the raw object again after the manifest is written, and publishes the outcome if it
    /// is still the same.
    ///
    /// A deletion removes the raw object first. If that happened before this check, the outputs are
    /// deleted here. Otherwise the deletion itself removes them later. If the object was replaced,
    /// this attempt may have overwritten newer outputs, so the new object is rendered again.
    async fn verify_source(
        &self,
        manifest: &Manifest,
        outcome: EventOutcome,
    ) -> Result<AttemptResult, ProcessError> {
        #[cfg(feature = "planted-bugs")]
        {
            use darkroom_consumer::planted::{Bug, is_planted};
            if is_planted(Bug::NoVerifyAfterPublish) {
                self.store.publish_outcome(manifest).await?;
                return Ok(AttemptResult::Finished(outcome));
            }
        }
        let key = manifest.raw_key();
        let info = self.store.source_info(&key).await?;
        match info.as_ref().map(ObjectVersion::from) {
            Some(version) if version.is_source_of(manifest) => {
                self.store.publish_outcome(manifest).await?;
                Ok(AttemptResult::Finished(outcome))
            }
            Some(_) => Ok(AttemptResult::SourceReplaced),
            None => self.delete_outputs(&key, Some(manifest)).await,
        }
    }

    async fn delete_outputs(
        &self,
        key: &RawKey,
        manifest: Option<&Manifest>,
    ) -> Result<AttemptResult, ProcessError> {
        self.store.write_tombstone(key).await?;
        Ok(match self.store.delete_outputs(key, manifest).await? {
            None => AttemptResult::Finished(EventOutcome::Deleted),
            Some(_) => AttemptResult::SourceReplaced,
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
        let rendering = self.renderer.render(&downloaded.bytes, &upload.recipe);
        let rendered = rendering.instrument(info_span!("render")).await;
        let duration = started_at.elapsed();
        let profile = upload.key.profile.as_str();
        metric::RENDER_TIME.record(duration.as_secs_f64(), [profile]);
        let result = match rendered {
            Ok(rendered) => Ok(rendered),
            Err(RenderError::Rejected(rejection)) => Err(rejection),
            Err(error @ RenderError::Start(_)) => {
                return Err(ProcessError::NoRenderer(error.to_string()));
            }
        };
        Ok(RenderResult {
            sha256: Some(sha256),
            result,
            duration,
        })
    }

    /// Writes all variants, then the manifest.
    async fn write(
        &self,
        upload: Upload<'_>,
        rendered: RenderResult,
    ) -> Result<Manifest, ProcessError> {
        let started_at = Instant::now();
        let mut notes = Vec::new();
        let mut source = None;
        let outcome = match rendered.result {
            Ok(rendered) => {
                source = Some(rendered.source);
                notes = rendered.notes;
                notes.extend(upload.type_mismatch(&rendered.source));
                let (key, profile) = (&upload.key, upload.profile);
                let variants = self.store.write_variants(key, profile, rendered.variants);
                Outcome::Ready {
                    variants: variants.await?,
                    placeholder: rendered.placeholder,
                    removed_metadata: rendered.removed_metadata,
                }
            }
            Err(error) => Outcome::Rejected { error },
        };
        let manifest = Manifest {
            notes,
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
