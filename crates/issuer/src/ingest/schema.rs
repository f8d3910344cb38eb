//! The OpenAPI schemas of bodies with images. Those bodies are read part by part, never into these
//! types.

#![expect(dead_code, reason = "the types only describe bodies")]

use utoipa::ToSchema;

/// Images as parts named `image`; every other part is metadata.
#[derive(ToSchema)]
pub(crate) struct ImagesForm {
    #[schema(value_type = Vec<String>, format = Binary, content_media_type = "application/octet-stream", min_items = 1, max_items = 16)]
    image: Vec<Vec<u8>>,
}

/// Images as fields named `image`, in base64; every other field is metadata.
#[derive(ToSchema)]
pub(crate) struct ImagesUrlEncoded {
    #[schema(min_items = 1, max_items = 16)]
    image: Vec<String>,
}
