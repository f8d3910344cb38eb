//! `POST /v1/inspect`: what a picture is and would give away. Nothing is stored.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::{Extension, Json};
use darkroom_contract::{Profile, ProfileName, Profiles};
use darkroom_imaging::{Inspection, Limits, MetadataKind, Rejection, RejectionCode, SourceFormat};
use darkroom_render::RenderError;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::ingest::{
    EncodedForm, ImageBatch, ImagesForm, ImagesJson, IngestLimits, Pace, TempFile,
};
use crate::problem::Problem;
use crate::service::AppState;
use crate::uploads::unknown_profile;

/// Frames are counted up to this where no profile says otherwise.
const MAX_FRAMES: u32 = 10_000;

/// Whose limits count.
#[derive(Debug, Deserialize)]
pub(crate) struct Against {
    profile: Option<String>,
}

/// What a client is told.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Inspected {
    /// For one picture.
    One(Report),
    /// For several, in their order.
    Several { images: Vec<OfSeveral> },
}

/// What a client is told of one picture among others.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum OfSeveral {
    Report(Report),
    Rejected { msg: &'static str, error: Rejection },
}

/// What a client is told of one picture.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Report {
    msg: &'static str,
    size: [u32; 2],
    format: SourceFormat,
    orientation: u8,
    upright_size: [u32; 2],
    frames: u32,
    bytes: u64,
    private_metadata: Vec<MetadataKind>,
}

/// Tells what pictures are and would give away; stores nothing.
///
/// Answers for one picture with its report or its refusal, for several with a list of both.
#[utoipa::path(
    post,
    path = "/v1/inspect",
    tag = "images",
    params(("profile" = Option<ProfileName>, Query, description = "whose limits count")),
    request_body(content(
        (ImagesForm = "multipart/form-data"),
        (ImagesJson = "application/json"),
        (EncodedForm = "application/x-www-form-urlencoded"),
        (Vec<u8> = "application/octet-stream"),
        (Vec<u8> = "image/jpeg"),
        (Vec<u8> = "image/png"),
        (Vec<u8> = "image/webp"),
        (Vec<u8> = "image/gif"),
    )),
    responses((status = OK, body = Inspected)),
)]
pub(crate) async fn inspect(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    against: Result<Query<Against>, QueryRejection>,
    request: Request,
) -> Result<Json<Inspected>, Problem> {
    let Query(against) = against.map_err(|_| unknown_profile())?;
    let limits = limits(against.profile.as_deref(), &caller, &state.parts.profiles)?;
    let allowance = state.allowance(limits.max_bytes);
    let batch = ImageBatch::read(request, allowance).await?;
    if let [image] = &batch.images[..] {
        let report = state.report(image, &limits).await?;
        return Ok(Json(Inspected::One(report.map_err(refusal)?)));
    }
    let mut images = Vec::new();
    for image in &batch.images {
        images.push(match state.report(image, &limits).await? {
            Ok(report) => OfSeveral::Report(report),
            Err(error) => OfSeveral::Rejected {
                msg: "rejected",
                error,
            },
        });
    }
    Ok(Json(Inspected::Several { images }))
}

/// Those of the profile, or of none: then only bytes and frames have a limit.
fn limits(profile: Option<&str>, caller: &Caller, profiles: &Profiles) -> Result<Limits, Problem> {
    if let Some(name) = profile {
        let name = name.parse().map_err(|_| unknown_profile())?;
        let profile = profiles.get(&name).ok_or_else(unknown_profile)?;
        caller.check_profile(&name)?;
        return Ok(profile.recipe(None).limits);
    }
    let max_bytes = |(_, profile): (_, &Profile)| profile.max_bytes.as_u64();
    Ok(Limits::for_inspection(
        profiles.iter().map(max_bytes).max().unwrap_or_default(),
        MAX_FRAMES,
    ))
}

impl AppState {
    /// Under what conditions this service takes pictures in itself.
    pub(crate) fn allowance(&self, max_image_bytes: u64) -> IngestLimits<'_> {
        IngestLimits {
            max_image_bytes,
            pace: Pace {
                read_timeout: self.parts.settings.read_timeout,
                min_rate: self.parts.limits.min_upload_rate.as_u64(),
            },
            decoding: &self.decoding,
        }
    }

    /// # Errors
    /// A problem if it could not be inspected; the inner error is about the picture.
    async fn report(
        &self,
        image: &TempFile,
        limits: &Limits,
    ) -> Result<Result<Report, Rejection>, Problem> {
        let place = self.inspecting.acquire().await;
        let _place = place.map_err(|_| renderer_unavailable())?;
        let bytes = image.read().await?;
        match self.parts.pool.inspect(&bytes, limits).await {
            Ok(inspection) => Ok(Ok(Report::of(inspection))),
            Err(RenderError::Rejected(rejection)) => Ok(Err(rejection)),
            Err(error @ RenderError::Start(_)) => {
                tracing::warn!(%error, "nothing could be inspected");
                Err(renderer_unavailable())
            }
        }
    }
}

impl Report {
    fn of(inspection: Inspection) -> Self {
        let Inspection {
            source,
            upright_size,
            bytes,
            mut metadata,
            ..
        } = inspection;
        metadata.retain(|kind| kind.is_private());
        Self {
            msg: "success",
            size: [source.width, source.height],
            format: source.format,
            orientation: source.orientation,
            upright_size,
            frames: source.frames,
            bytes,
            private_metadata: metadata,
        }
    }
}

fn refusal(rejection: Rejection) -> Problem {
    let status = match rejection.code {
        RejectionCode::TooManyBytes => StatusCode::PAYLOAD_TOO_LARGE,
        RejectionCode::UnsupportedFormat => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Problem::new(status, rejection.code.name(), rejection.message)
}

fn renderer_unavailable() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "renderer_unavailable",
        "pictures cannot be read at the moment; try again",
    )
}
