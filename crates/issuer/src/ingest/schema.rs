//! The OpenAPI schemas of bodies with images. These types exist only for the document. The service
//! reads the bodies part by part and never creates values of these types.

#![expect(dead_code, reason = "the types only describe bodies")]

use std::collections::BTreeMap;

use serde::Deserialize;
use utoipa::ToSchema;

/// A part is an image if its name is `image`, `images`, `file` or `files`, even with `[]` or an
/// index such as `[0]`. A file with any other name is an image too, unless its media type is text
/// or JSON. Every other part is metadata.
#[derive(ToSchema)]
pub(crate) struct ImagesForm {
    /// The images.
    #[schema(value_type = Vec<String>, format = Binary, content_media_type = "application/octet-stream", min_items = 1, max_items = 16)]
    image: Vec<Vec<u8>>,
}

/// One image as the body. Any media type that begins with `image/` is accepted as well.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(crate) struct ImageBytes(Vec<u8>);

/// A field is an image in base64 if its name is `image`, `images`, `file` or `files`, even with
/// `[]` or an index such as `[0]`. Every other field is metadata.
#[derive(ToSchema)]
pub(crate) struct ImagesUrlEncoded {
    /// The images in base64.
    #[schema(min_items = 1, max_items = 16)]
    image: Vec<String>,
}

/// Images in JSON.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImagesJson {
    /// The images in base64, or as `data:` URLs.
    #[schema(min_items = 1, max_items = 16, content_encoding = "base64")]
    images: Vec<String>,
    /// Key-value pairs that the outcomes repeat.
    #[serde(default)]
    #[schema(required = false)]
    metadata: BTreeMap<String, String>,
}
