//! The bodies that pictures come in, as the OpenAPI document describes them. They are read part by
//! part, and never into these types.

#![expect(dead_code, reason = "they describe and are never made")]

use utoipa::ToSchema;

/// Pictures as parts named `image`; every other part is metadata.
#[derive(ToSchema)]
pub(crate) struct ImagesForm {
    #[schema(value_type = Vec<String>, format = Binary, content_media_type = "application/octet-stream", min_items = 1, max_items = 16)]
    image: Vec<Vec<u8>>,
}

/// Pictures as fields named `image`, in base64; every other field is metadata.
#[derive(ToSchema)]
pub(crate) struct EncodedForm {
    #[schema(min_items = 1, max_items = 16)]
    image: Vec<String>,
}
