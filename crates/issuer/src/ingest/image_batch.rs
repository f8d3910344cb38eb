//! The images and the other fields of one request.

use std::collections::BTreeMap;

use http::StatusCode;
use tokio::sync::Semaphore;

use super::body_stream::BodyPace;
use super::temp_file::TempFile;
use crate::problem::Problem;

/// The name of form fields that are images. All other fields are metadata.
pub(crate) const IMAGE_FIELD: &str = "image";
/// The maximum number of images in one request.
pub(crate) const MAX_IMAGES: usize = 16;

/// The limits on one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IngestLimits<'a> {
    /// The size limit of one image.
    pub(crate) max_image_bytes: u64,
    /// The minimum rate of the body.
    pub(crate) pace: BodyPace,
    /// A permit for each base64 body that may be in memory at once.
    pub(crate) decoding: &'a Semaphore,
}

/// At least one image, and the other fields of the request.
#[derive(Debug, Default)]
pub(crate) struct ImageBatch {
    pub(crate) images: Vec<TempFile>,
    pub(crate) fields: BTreeMap<String, String>,
}

impl ImageBatch {
    /// Checks that there are images and that none is empty.
    ///
    /// # Errors
    /// `image_required` or `empty`.
    pub(crate) fn check_images(&self) -> Result<(), Problem> {
        if self.images.is_empty() {
            return Err(Problem::unprocessable(
                "image_required",
                "the request contains no image; name its parts or fields \"image\", or list them \
                 as \"images\" in JSON",
            ));
        }
        if self.images.iter().any(|image| image.bytes == 0) {
            return Err(Problem::unprocessable("empty", "an image has no bytes"));
        }
        Ok(())
    }

    /// Adds an image.
    ///
    /// # Errors
    /// `too_many_images`.
    pub(crate) fn add(&mut self, image: TempFile) -> Result<(), Problem> {
        if self.images.len() == MAX_IMAGES {
            return Err(too_many_images());
        }
        self.images.push(image);
        Ok(())
    }
}

pub(crate) fn too_many_images() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_many_images",
        format_args!("the request contains too many images; send {MAX_IMAGES} at most"),
    )
}
