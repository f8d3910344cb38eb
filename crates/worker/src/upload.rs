//! One upload, from its headers to its manifest.

use std::time::Duration;

use darkroom_cloud::ObjectInfo;
use darkroom_contract::{Attachment, Manifest, ManifestSource, Outcome, Profile, RawKey};
use darkroom_imaging::{
    Note, NoteCode, Recipe, Rejection, RejectionCode, Rendered, Source, SourceFormat,
};
use time::OffsetDateTime;

/// An upload as its event and its object's headers describe it.
pub(crate) struct Upload<'a> {
    pub(crate) key: RawKey,
    pub(crate) profile: &'a Profile,
    pub(crate) bucket: &'a str,
    pub(crate) info: ObjectInfo,
    pub(crate) attachment: Attachment,
    pub(crate) recipe: Recipe,
}

/// What rendering came to.
pub(crate) struct Work {
    pub(crate) sha256: Option<String>,
    pub(crate) result: Result<Rendered, Rejection>,
    pub(crate) took: Duration,
}

impl Upload<'_> {
    pub(crate) fn is_settled_by(&self, manifest: &Manifest) -> bool {
        let version = self.info.version_id.as_deref();
        manifest.is_current(&self.info.etag, version, &self.recipe.digest())
    }

    pub(crate) fn too_large(&self, max: u64) -> Work {
        let message = format!("{} bytes are over the limit of {max}", self.info.size);
        Work {
            sha256: None,
            result: Err(Rejection::new(RejectionCode::TooManyBytes, message)),
            took: Duration::ZERO,
        }
    }

    pub(crate) fn type_mismatch(&self, source: &Source) -> Option<Note> {
        let declared = self.info.content_type.as_deref()?;
        // What S3 and its clients write where nobody has said anything.
        let is_undeclared = declared.ends_with("/octet-stream");
        if is_undeclared || SourceFormat::from_content_type(declared) == Some(source.format) {
            return None;
        }
        let real = source.format.content_type();
        // The declared type is the client's own text: only what is a known type is repeated.
        let declared = SourceFormat::from_content_type(declared)
            .map_or("another type", SourceFormat::content_type);
        Some(Note {
            code: NoteCode::TypeMismatch,
            message: format!("declared as {declared}, is {real}"),
        })
    }

    pub(crate) fn manifest(
        self,
        outcome: Outcome,
        notes: Vec<Note>,
        picture: Option<Source>,
        sha256: Option<String>,
        took: Duration,
    ) -> Manifest {
        Manifest {
            version: Manifest::VERSION,
            id: self.key.id,
            outcome,
            source: ManifestSource {
                bucket: self.bucket.to_owned(),
                key: self.key.to_string(),
                etag: self.info.etag,
                version_id: self.info.version_id,
                bytes: self.info.size,
                sha256,
                image: picture,
            },
            metadata: self.attachment.metadata,
            crop: self.attachment.crop,
            notes,
            recipe: self.recipe.digest(),
            finished_at: now(),
            render_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            profile: self.key.profile,
            owner: self.key.owner,
        }
    }
}

/// To the millisecond, which is what an upload's id has too.
pub(crate) fn now() -> OffsetDateTime {
    let now = OffsetDateTime::now_utc();
    now.replace_millisecond(now.millisecond()).unwrap_or(now)
}
