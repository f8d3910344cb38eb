//! What derived descriptions do not say of these types (OpenAPI 3.1).

use std::borrow::Cow;

use darkroom_imaging::SourceFormat;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::{Owner, ProfileName, UploadId};

/// What the header of a source says; none of it where the header could not be read.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it only describes the fields of a flattened option"
)]
pub(crate) struct PictureFacts {
    /// The real format.
    format: Option<SourceFormat>,
    /// Stored width in pixels, before orientation is applied.
    width: Option<u32>,
    /// Stored height in pixels, before orientation is applied.
    height: Option<u32>,
    /// EXIF orientation, 1 to 8; 1 where there is none.
    orientation: Option<u8>,
    /// Frames of the animation; 1 for a still picture.
    frames: Option<u32>,
}

macro_rules! text {
    ($type:ident, $pattern:literal, $description:literal) => {
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .pattern(Some($pattern))
                    .description(Some($description))
                    .into()
            }
        }

        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($type))
            }
        }
    };
}

text!(Owner, "^[A-Za-z0-9_-]{1,64}$", "Whose upload it is.");
text!(
    ProfileName,
    "^[A-Za-z0-9_-]{1,64}$",
    "The name of a profile."
);
text!(
    UploadId,
    "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
    "A UUID of version 7, made by the issuer."
);
