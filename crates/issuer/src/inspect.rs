//! `POST /v1/inspect`: the properties and private metadata of images. Nothing is stored.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::{Extension, Json};
use darkroom_contract::{ProfileName, Profiles};
use darkroom_imaging::{Inspection, Limits, MetadataKind, Rejection, RejectionCode, SourceFormat};
use darkroom_render::RenderError;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::ingest::{ImageBatch, ImageBytes, ImagesForm, ImagesJson, ImagesUrlEncoded, TempFile};
use crate::problem::Problem;
use crate::state::{AppState, max_image_bytes};

/// The `Retry-After` of a request that found no render process.
const RETRY_AFTER_SECONDS: u64 = 5;

/// The limit on frames for a request without a profile.
const MAX_FRAMES: u32 = 10_000;

/// The query of an inspection.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InspectQuery {
    /// The profile whose limits apply. Without a profile, only two limits apply: the largest
    /// `max_bytes` of any profile, and 10,000 frames.
    #[param(value_type = Option<ProfileName>)]
    profile: Option<String>,
}

/// The response to an inspection.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum InspectResponse {
    /// The report of a single image.
    Single(ImageReport),
    /// The results for several images.
    Batch {
        /// One result for each image, in the order of the images.
        images: Vec<InspectResult>,
    },
}

/// The result for one of several images.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum InspectResult {
    /// The image is acceptable.
    Report(ImageReport),
    /// The image would be rejected.
    Rejected {
        #[schema(inline)]
        msg: RejectedMessage,
        /// The reason.
        error: Rejection,
    },
}

/// Always `success`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SuccessMessage {
    Success,
}

/// Always `rejected`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RejectedMessage {
    Rejected,
}

/// The properties and private metadata of an image.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImageReport {
    #[schema(inline)]
    msg: SuccessMessage,
    /// The stored width and height in pixels.
    size: [u32; 2],
    /// The format, detected by the first bytes.
    format: SourceFormat,
    /// The EXIF orientation, 1 to 8.
    #[schema(minimum = 1, maximum = 8)]
    orientation: u8,
    /// The width and height in pixels after the orientation is applied.
    upright_size: [u32; 2],
    /// The number of frames. It is 1 for a still image.
    frames: u32,
    /// The size of the file in bytes.
    bytes: u64,
    /// The kinds of private metadata in the file.
    private_metadata: Vec<MetadataKind>,
}

/// Reports the properties and private metadata of images. Stores nothing.
///
/// For a single image, the response is its report or a problem. For several images, it is a list of
/// results.
#[utoipa::path(
    post,
    path = "/v1/inspect",
    operation_id = "inspectImages",
    tag = "images",
    params(InspectQuery),
    request_body(content(
        (ImagesForm = "multipart/form-data"),
        (ImagesJson = "application/json"),
        (ImagesUrlEncoded = "application/x-www-form-urlencoded"),
        (inline(ImageBytes) = "application/octet-stream"),
    )),
    responses((status = OK, body = InspectResponse, description = "The report or reports.")),
)]
pub(crate) async fn inspect(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    query: Result<Query<InspectQuery>, QueryRejection>,
    request: Request,
) -> Result<Json<InspectResponse>, Problem> {
    let Query(query) = query.map_err(|_| Problem::unknown_profile())?;
    let limits = limits(query.profile.as_deref(), &caller, &state.parts.profiles)?;
    if let Some(owner) = caller.owner() {
        state.limits.count_owner(owner)?;
    }
    let client = caller.client(None);
    let ingest_limits = state.ingest_limits(&client, limits.max_bytes);
    let batch = ImageBatch::from_request(request, ingest_limits).await?;
    if let [image] = &batch.images[..] {
        let report = state.inspect_image(image, &limits).await?;
        return Ok(Json(InspectResponse::Single(report?)));
    }
    let mut images = Vec::new();
    for image in &batch.images {
        images.push(match state.inspect_image(image, &limits).await? {
            Ok(report) => InspectResult::Report(report),
            Err(error) => InspectResult::Rejected {
                msg: RejectedMessage::Rejected,
                error,
            },
        });
    }
    Ok(Json(InspectResponse::Batch { images }))
}

/// Returns the limits of the profile. Without a profile, only bytes and frames are limited.
fn limits(profile: Option<&str>, caller: &Caller, profiles: &Profiles) -> Result<Limits, Problem> {
    if let Some(name) = profile {
        let (_, profile) = caller.resolve_profile(name, profiles)?;
        return Ok(profile.recipe(None).limits);
    }
    Ok(Limits::for_inspection(
        max_image_bytes(profiles),
        MAX_FRAMES,
    ))
}

impl AppState {
    /// Inspects one image in a render process.
    ///
    /// # Errors
    /// The outer error if the image could not be inspected. The inner error if the image is at
    /// fault.
    async fn inspect_image(
        &self,
        image: &TempFile,
        limits: &Limits,
    ) -> Result<Result<ImageReport, Rejection>, Problem> {
        let permit = self.inspection.acquire().await;
        let _permit = permit.map_err(|error| Problem::internal_error(&error))?;
        let bytes = image.read().await?;
        let inspected = self.parts.pool.inspect(&bytes, limits).await;
        let inspected = RenderError::split_rejection(inspected).map_err(|error| {
            tracing::warn!(%error, "cannot inspect images");
            renderer_unavailable()
        })?;
        Ok(inspected.map(ImageReport::from))
    }
}

impl From<Inspection> for ImageReport {
    fn from(inspection: Inspection) -> Self {
        let Inspection {
            source,
            upright_size,
            bytes,
            mut metadata,
            ..
        } = inspection;
        metadata.retain(|kind| kind.is_private());
        Self {
            msg: SuccessMessage::Success,
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

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        let status = match rejection.code {
            RejectionCode::TooManyBytes => StatusCode::PAYLOAD_TOO_LARGE,
            RejectionCode::UnsupportedFormat => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, rejection.code.name(), rejection.message)
    }
}

fn renderer_unavailable() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "renderer_unavailable",
        "images cannot be inspected at the moment; try again later",
    )
    .with_retry_after(RETRY_AFTER_SECONDS)
}
