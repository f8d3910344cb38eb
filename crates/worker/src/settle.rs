//! From one raw object to its outcome.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use darkroom_cloud::{Bucket, CloudError, ObjectReader, ObjectVersion, ReadError};
use darkroom_contract::{
    EventKind, Manifest, ManifestSource, ObjectEvent, Outcome, OutcomeError, Profile, ProfileName,
    Profiles, RawKey, sha256_hex,
};
use darkroom_render::{RenderError, RenderPool};

use crate::fetch::{Downloads, Opened, attachment, open};
use crate::publish;
use crate::upload::{Upload, Work, now};

/// Everything that uploads are settled with; cheap to clone.
#[derive(Debug, Clone)]
pub struct Studio {
    /// Where raw objects are.
    pub raw: Bucket,
    /// Where variants and manifests go.
    pub media: Bucket,
    /// What is made of them.
    pub profiles: Arc<Profiles>,
    /// Who renders.
    pub pool: Arc<RenderPool>,
    /// `Cache-Control` of variants.
    pub cache_control: String,
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

impl SettleError {
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Cloud(error) => error.kind.name(),
            Self::NoRenderer(_) => "no_renderer",
            Self::UnknownProfile(_) => "unknown_profile",
        }
    }
}

impl Studio {
    /// Brings the object that an event is about to an outcome.
    ///
    /// May be called again at any time, and by several at once, for the same event.
    pub(crate) async fn settle(
        &self,
        event: &ObjectEvent,
        downloads: &Downloads,
    ) -> Result<Settled, SettleError> {
        let Some((key, profile)) = self.ours(event)? else {
            return Ok(Settled::NotOurs);
        };
        let version = ObjectVersion {
            version_id: event.version_id.clone(),
            etag: event.etag.clone(),
        };
        let (opened, current) = tokio::join!(
            open(&self.raw, &event.key, &version),
            publish::current_manifest(&self.media, &key),
        );
        let object = match opened? {
            Opened::Object(object) => *object,
            Opened::Gone => return Ok(Settled::Gone),
            Opened::Superseded => return Ok(Settled::Superseded),
        };
        let attachment = attachment(&object.info);
        let upload = Upload {
            bucket: self.raw.name(),
            recipe: profile.recipe(attachment.crop),
            info: object.info.clone(),
            attachment,
            profile,
            key,
        };
        let current = current?.filter(|_| !event.force);
        if current.is_some_and(|manifest| upload.is_settled_by(&manifest)) {
            return Ok(Settled::Already);
        }
        let work = self.work(&upload, object, downloads).await?;
        let manifest = self.write(upload, work).await?;
        report(&manifest);
        self.look_again(event, &manifest, downloads).await
    }

    /// What happened to the raw object while its outcome was made?
    ///
    /// Who deletes an upload removes the raw object first: either that was before this look, and
    /// what was written since goes again; or the rest of the deletion comes after it. And who
    /// replaced it may have seen the new outcome written before this one, which overwrote it.
    async fn look_again(
        &self,
        event: &ObjectEvent,
        manifest: &Manifest,
        downloads: &Downloads,
    ) -> Result<Settled, SettleError> {
        if let Some(now) = self.raw.head(&event.key).await? {
            let source = &manifest.source;
            if (&now.etag, &now.version_id) == (&source.etag, &source.version_id) {
                return Ok(Settled::Done);
            }
            let newest = ObjectEvent {
                etag: Some(now.etag),
                version_id: now.version_id,
                ..event.clone()
            };
            return Box::pin(self.settle(&newest, downloads)).await;
        }
        let mut keys = vec![manifest.raw_key().manifest_key()];
        if let Outcome::Ready { variants, .. } = &manifest.outcome {
            keys.extend(variants.iter().map(|variant| variant.key.clone()));
        }
        self.media.delete(&keys).await?;
        Ok(Settled::Gone)
    }

    /// Tells the client that nothing will come, when the last try has failed. An outcome from
    /// before, of another recipe say, is better than that and stays.
    pub(crate) async fn give_up(
        &self,
        event: &ObjectEvent,
        error: &SettleError,
    ) -> Result<(), CloudError> {
        let Ok(key) = RawKey::parse(&event.key) else {
            return Ok(());
        };
        if publish::current_manifest(&self.media, &key)
            .await?
            .is_some()
        {
            return Ok(());
        }
        let manifest = Manifest {
            version: Manifest::VERSION,
            id: key.id,
            outcome: Outcome::Failed {
                error: OutcomeError {
                    code: error.code().to_owned(),
                    message: "the upload could not be processed, through no fault of its own"
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
                picture: None,
            },
            metadata: BTreeMap::new(),
            crop: None,
            notes: Vec::new(),
            recipe: String::new(),
            finished_at: now(),
            render_ms: 0,
            profile: key.profile,
            owner: key.owner,
        };
        publish::manifest(&self.media, &manifest).await
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

    async fn work(
        &self,
        upload: &Upload<'_>,
        object: ObjectReader,
        downloads: &Downloads,
    ) -> Result<Work, SettleError> {
        let max_bytes = upload.recipe.limits.max_bytes;
        let download = match downloads.read(object, max_bytes).await {
            Ok(download) => download,
            Err(ReadError::TooLarge { max }) => return Ok(upload.too_large(max)),
            Err(ReadError::Cloud(error)) => return Err(error.into()),
        };
        let sha256 = hash(&download.bytes).await?;
        let started = Instant::now();
        let result = match self.pool.render(&download.bytes, &upload.recipe).await {
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
        Ok(manifest)
    }
}

/// Hashing 40 MiB takes long enough to keep other messages waiting.
async fn hash(bytes: &Bytes) -> Result<String, SettleError> {
    let bytes = bytes.clone();
    let hashing = tokio::task::spawn_blocking(move || sha256_hex(&bytes));
    hashing
        .await
        .map_err(|error| SettleError::NoRenderer(error.to_string()))
}

fn report(manifest: &Manifest) {
    let code = match &manifest.outcome {
        Outcome::Ready { .. } => "",
        Outcome::Rejected { error } => error.code.name(),
        Outcome::Failed { error } => &error.code,
    };
    let since_asked = manifest.finished_at - manifest.id.created_at();
    tracing::info!(
        id = %manifest.id,
        profile = %manifest.profile,
        owner = %manifest.owner,
        status = manifest.outcome.name(),
        code,
        bytes = manifest.source.bytes,
        render_ms = manifest.render_ms,
        since_asked_ms = i64::try_from(since_asked.whole_milliseconds()).unwrap_or_default(),
        "upload settled"
    );
}
