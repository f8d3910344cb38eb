//! The upload that is being processed, and its manifest.

use std::time::Duration;

use darkroom_cloud::ObjectInfo;
use darkroom_contract::{Attachment, Clock, Manifest, ManifestSource, Outcome, Profile, RawKey};
use darkroom_imaging::{Note, NoteCode, Recipe, Rejection, Rendered, Source, SourceFormat};
use time::OffsetDateTime;
use tracing::field::Empty;
use tracing::{Span, info_span};

/// An upload with its key, the headers of its object, and its profile.
pub(crate) struct Upload<'a> {
    pub(crate) key: RawKey,
    pub(crate) profile: &'a Profile,
    pub(crate) bucket: &'a str,
    pub(crate) info: ObjectInfo,
    pub(crate) attachment: Attachment,
    pub(crate) recipe: Recipe,
}

/// The result of rendering, or of a check before rendering.
pub(crate) struct RenderResult {
    pub(crate) sha256: Option<String>,
    pub(crate) result: Result<Rendered, Rejection>,
    pub(crate) duration: Duration,
}

impl Upload<'_> {
    /// Returns `true` if the manifest describes exactly this object and recipe.
    pub(crate) fn is_current(&self, manifest: &Manifest) -> bool {
        let version = self.info.version_id.as_deref();
        manifest.is_current(&self.info.etag, version, &self.recipe.digest())
    }

    /// Returns the rejection of an object that exceeds the limit. Such an object is never read to
    /// its end, so its hash is unknown.
    pub(crate) fn too_large(&self, max: u64) -> RenderResult {
        RenderResult {
            sha256: None,
            result: Err(Rejection::too_many_bytes(self.info.size, max)),
            duration: Duration::ZERO,
        }
    }

    /// Returns a note if the declared media type differs from the real media type.
    pub(crate) fn type_mismatch(&self, source: &Source) -> Option<Note> {
        let declared = self.info.content_type.as_deref()?;
        // S3 and its clients use `octet-stream` if no type was declared.
        let is_undeclared = declared.ends_with("/octet-stream");
        if is_undeclared || SourceFormat::from_content_type(declared) == Some(source.format) {
            return None;
        }
        let real = source.format.content_type();
        // The client may declare any text, so the note repeats only known types.
        let declared = SourceFormat::from_content_type(declared)
            .map_or("another type", SourceFormat::content_type);
        Some(Note {
            code: NoteCode::TypeMismatch,
            message: format!("declared as {declared}, but the file is {real}"),
        })
    }

    /// Returns the manifest of an outcome, without notes and render time.
    pub(crate) fn manifest(
        self,
        outcome: Outcome,
        source: Option<Source>,
        sha256: Option<String>,
        clock: &Clock,
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
                image: source,
            },
            review: None,
            responsive: None,
            metadata: self.attachment.metadata,
            crop: self.attachment.crop,
            notes: Vec::new(),
            recipe: self.recipe.digest(),
            finished_at: to_millisecond(clock.now()),
            render_ms: 0,
            profile: self.key.profile,
            owner: self.key.owner,
        }
    }
}

/// Creates the span of an upload, from its event to its outcome. The trace of the client's
/// request becomes known only when the raw object is opened.
pub(crate) fn upload_span(key: &RawKey) -> Span {
    let (id, profile) = (key.id, &key.profile);
    info_span!("upload", %id, %profile, trace_id = Empty, otel.kind = "consumer")
}

/// Adds the span to the trace of the client's upload request, if there is one.
pub(crate) fn continue_upload_trace(span: &Span, attachment: &Attachment) {
    if let Some(traceparent) = &attachment.traceparent {
        darkroom_telemetry::continue_trace(span, traceparent);
    }
    darkroom_telemetry::record_trace_id(span);
}

/// Truncates to milliseconds, which is the precision of an upload's id.
pub(crate) fn to_millisecond(time: OffsetDateTime) -> OffsetDateTime {
    time.replace_millisecond(time.millisecond()).unwrap_or(time)
}
