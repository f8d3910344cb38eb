//! Schemas that cannot be derived (OpenAPI 3.1).

use std::borrow::Cow;

use darkroom_imaging::SourceFormat;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::{Owner, ProfileName, UploadId};

/// The properties in the header of a source. They are absent unless the outcome is `ready` or
/// `in_review`.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it only describes the fields of a flattened option"
)]
pub(crate) struct SourceImage {
    /// The format, detected by the first bytes.
    format: Option<SourceFormat>,
    /// The stored width in pixels, before the orientation is applied.
    width: Option<u32>,
    /// The stored height in pixels, before the orientation is applied.
    height: Option<u32>,
    /// The EXIF orientation, 1 to 8. It is 1 if there is none.
    orientation: Option<u8>,
    /// The number of frames. It is 1 for a still image.
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

text!(Owner, "^[A-Za-z0-9_-]{1,64}$", "The owner of an upload.");
text!(
    ProfileName,
    "^[A-Za-z0-9_-]{1,64}$",
    "The name of a profile."
);
text!(
    UploadId,
    "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
    "A UUIDv7 that the issuer made."
);
