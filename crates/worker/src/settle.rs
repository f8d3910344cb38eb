//! From one raw object to its outcome.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use darkroom_cloud::{Bucket, CloudError, CloudErrorKind, ReadError, S3Bucket};
use darkroom_contract::{
    EventKind, Manifest, ObjectEvent, Outcome, Profile, ProfileName, Profiles, RawKey, sha256_hex,
};
use darkroom_render::{RenderError, RenderPool};
use darkroom_telemetry::metric;
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span};

use crate::delivery::Delivery;
use crate::fetch::{Download, Downloads, Opened, attachment};
use crate::outbox::Outbox;
use crate::publish;
use crate::report::report;
use crate::upload::{Upload, Work};

/// Everything that uploads are settled with; cheap to clone.
#[derive(Debug, Clone)]
pub struct Studio {
    /// Where raw objects are.
    pub raw: S3Bucket,
    /// Where variants and manifests go.
    pub media: S3Bucket,
    /// What is made of them.
    pub profiles: Arc<Profiles>,
    /// Who renders.
    pub pool: Arc<RenderPool>,
    /// `Cache-Control` of variants.
    pub cache_control: String,
    /// Who is told of outcomes.
    pub outbox: Outbox,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settled {
    /// An outcome was written.
    Done,
    /// The outcome of this very object was there already.
    Already,
    /// The object was deleted.
    Gone,
    /// The key holds another object now.
    Superseded,
    /// Nothing that concerns us.
    NotOurs,
}

/// How far one look at an object has come.
enum Look {
    Settled(Settled),
    /// What was made, or begun, is of an object that the key no longer holds.
    Replaced,
}

/// Why an event is not settled.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettleError {
    /// S3 was not willing.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// Nobody could render.
    #[error("{0}")]
    NoRenderer(String),
    /// Nothing says what to make of it.
    #[error("there is no profile {0}")]
    UnknownProfile(ProfileName),
}

impl Settled {
    /// As it is counted.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Done => "processed",
            Self::Already => "unchanged",
            Self::Gone => "deleted",
            Self::Superseded => "superseded",
            Self::NotOurs => "foreign",
        }
    }
}

impl SettleError {
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Cloud(error) => error.kind.name(),
            Self::NoRenderer(_) => "no_renderer",
            Self::UnknownProfile(_) => "unknown_profile",
        }
    }

    /// Whether a store that is down fails like this.
    pub(crate) const fn may_be_an_outage(&self) -> bool {
        matches!(self, Self::Cloud(error) if matches!(
            error.kind,
            CloudErrorKind::Unavailable
                | CloudErrorKind::TimedOut
                | CloudErrorKind::Throttled
                | CloudErrorKind::Forbidden
        ))
    }
}

impl Studio {
    /// Brings the object that an event is about to an outcome.
    ///
    /// May be called again at any time, and by several at once, for the same event.
    pub(crate) async fn settle(
        &self,
        event: &ObjectEvent,
        delivery: &Delivery,
        downloads: &Downloads,
    ) -> Result<Settled, SettleError> {
        let mut newest = None;
        loop {
            let event_now = newest.as_ref().unwrap_or(event);
            match self.look(event_now, delivery, downloads).await? {
                Look::Settled(settled) => return Ok(settled),
                Look::Replaced => newest = Some(self.newest(event).await?),
            }
        }
    }

    async fn look(
        &self,
        event: &ObjectEvent,
        delivery: &Delivery,
        downloads: &Downloads,
    ) -> Result<Look, SettleError> {
        let Some((key, profile)) = self.ours(event)? else {
            return Ok(Look::Settled(Settled::NotOurs));
        };
        let (opened, current) = tokio::join!(
            downloads.open(&self.raw, event, profile.max_bytes.as_u64()),
            publish::current_manifest(&self.media, &key),
        );
        let download = match opened? {
            Opened::Object(download) => *download,
            Opened::Gone => {
                let current = current?;
                if delivery.may_have_left(current.as_ref()) {
                    self.remove(&key, current.as_ref()).await?;
                }
                return Ok(Look::Settled(Settled::Gone));
            }
            Opened::Superseded if delivery.is_first() => {
                return Ok(Look::Settled(Settled::Superseded));
            }
            // Who had it before may have been stopped in the middle of writing variants of the
            // object before: whatever there is now, it is made anew.
            Opened::Superseded => return Ok(Look::Replaced),
        };
        let attachment = attachment(download.info());
        let upload = Upload {
            bucket: self.raw.name(),
            recipe: profile.recipe(attachment.crop),
            info: download.info().clone(),
            attachment,
            profile,
            key,
        };
        let current = current?.filter(|_| !event.force);
        if let Some(manifest) = current.filter(|manifest| upload.is_settled_by(manifest)) {
            // Whoever wrote it may have been stopped before it was announced.
            self.outbox.announce(&manifest).await?;
            return Ok(Look::Settled(Settled::Already));
        }
        let span = span(&upload);
        let made = async {
            let work = self.work(&upload, download).await?;
            let writing = self.write(upload, work);
            let manifest = writing.instrument(info_span!("write")).await?;
            report(&manifest, delivery);
            self.look_again(event, &manifest).await
        };
        made.instrument(span).await
    }

    /// What happened to the raw object while its outcome was made?
    ///
    /// Who deletes an upload removes the raw object first: either that was before this look, and
    /// what was written since goes again; or the rest of the deletion comes after it. And who
    /// replaced it may have written the new outcome before this one overwrote it, or some of its
    /// variants.
    async fn look_again(
        &self,
        event: &ObjectEvent,
        manifest: &Manifest,
    ) -> Result<Look, SettleError> {
        match self.raw.head(&event.key).await? {
            Some(now)
                if now.etag == manifest.source.etag
                    && now.version_id == manifest.source.version_id =>
            {
                Ok(Look::Settled(Settled::Done))
            }
            Some(_) => Ok(Look::Replaced),
            None => {
                self.remove(&manifest.raw_key(), Some(manifest)).await?;
                Ok(Look::Settled(Settled::Gone))
            }
        }
    }

    /// The event of what the key holds now, to be worked on even if there is a manifest that tells
    /// it: variants of an older object may have been written over those it names.
    async fn newest(&self, event: &ObjectEvent) -> Result<ObjectEvent, SettleError> {
        let now = self.raw.head(&event.key).await?;
        Ok(ObjectEvent {
            size: now.as_ref().map(|now| now.size),
            etag: now.as_ref().map(|now| now.etag.clone()),
            version_id: now.and_then(|now| now.version_id),
            force: true,
            ..event.clone()
        })
    }

    /// Removes everything that was made of an upload, the manifest included.
    pub(crate) async fn remove(
        &self,
        key: &RawKey,
        manifest: Option<&Manifest>,
    ) -> Result<(), CloudError> {
        let profile = self.profiles.get(&key.profile);
        let mut keys = profile.map_or_else(Vec::new, |profile| profile.variant_keys(key));
        keys.push(key.manifest_key());
        if let Some(Outcome::Ready { variants, .. }) = manifest.map(|manifest| &manifest.outcome) {
            keys.extend(variants.iter().map(|variant| variant.key.clone()));
        }
        keys.sort();
        keys.dedup();
        self.media.delete(&keys).await
    }

    fn ours(&self, event: &ObjectEvent) -> Result<Option<(RawKey, &Profile)>, SettleError> {
        let created = event.kind == EventKind::Created && event.bucket == self.raw.name();
        let key = RawKey::parse(&event.key).ok().filter(|_| created);
        let Some(key) = key else {
            return Ok(None);
        };
        match self.profiles.get(&key.profile) {
            Some(profile) => Ok(Some((key, profile))),
            None => Err(SettleError::UnknownProfile(key.profile)),
        }
    }

    async fn work(&self, upload: &Upload<'_>, download: Download) -> Result<Work, SettleError> {
        let max_bytes = upload.recipe.limits.max_bytes;
        let downloading = download.read(max_bytes);
        let downloaded = match downloading.instrument(info_span!("download")).await {
            Ok(downloaded) => downloaded,
            Err(ReadError::TooLarge { max }) => return Ok(upload.too_large(max)),
            Err(ReadError::Cloud(error)) => return Err(error.into()),
        };
        let sha256 = hash(&downloaded.bytes).await?;
        let started = Instant::now();
        let rendering = self.pool.render(&downloaded.bytes, &upload.recipe);
        let rendered = rendering.instrument(info_span!("render")).await;
        let seconds = started.elapsed().as_secs_f64();
        metric::RENDER_TIME.record(seconds, [upload.key.profile.as_str()]);
        let result = match rendered {
            Ok(rendered) => Ok(rendered),
            Err(RenderError::Rejected(rejection)) => Err(rejection),
            Err(error @ RenderError::Start(_)) => {
                return Err(SettleError::NoRenderer(error.to_string()));
            }
        };
        Ok(Work {
            sha256: Some(sha256),
            result,
            took: started.elapsed(),
        })
    }

    async fn write(&self, upload: Upload<'_>, work: Work) -> Result<Manifest, CloudError> {
        let started = Instant::now();
        let mut notes = Vec::new();
        let mut picture = None;
        let outcome = match work.result {
            Ok(rendered) => {
                picture = Some(rendered.source);
                notes = rendered.notes;
                notes.extend(upload.type_mismatch(&rendered.source));
                let variants = publish::variants(
                    &self.media,
                    upload.profile,
                    &upload.key,
                    rendered.variants,
                    &self.cache_control,
                );
                Outcome::Ready {
                    variants: variants.await?,
                    placeholder: rendered.placeholder,
                    removed_metadata: rendered.removed_metadata,
                }
            }
            Err(error) => Outcome::Rejected { error },
        };
        let manifest = upload.manifest(outcome, notes, picture, work.sha256, work.took);
        publish::manifest(&self.media, &manifest).await?;
        metric::WRITE_TIME.record(started.elapsed().as_secs_f64(), []);
        self.outbox.announce(&manifest).await?;
        Ok(manifest)
    }
}

/// The worker's part of the trace that the upload was asked for in, if it was in one.
fn span(upload: &Upload<'_>) -> Span {
    let (id, profile) = (upload.key.id, &upload.key.profile);
    let span = info_span!("upload", %id, %profile, trace_id = Empty);
    if let Some(traceparent) = &upload.attachment.traceparent {
        darkroom_telemetry::continue_trace(&span, traceparent);
    }
    darkroom_telemetry::record_trace_id(&span);
    span
}

/// Hashing 40 MiB takes long enough to keep other messages waiting.
async fn hash(bytes: &Bytes) -> Result<String, SettleError> {
    let bytes = bytes.clone();
    let hashing = tokio::task::spawn_blocking(move || sha256_hex(&bytes));
    hashing
        .await
        .map_err(|error| SettleError::NoRenderer(error.to_string()))
}
