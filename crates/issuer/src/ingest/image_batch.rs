//! The images and the other fields of one request.

use std::sync::Arc;

use http::StatusCode;
use tokio::sync::Semaphore;

use super::body_stream::BodyPace;
use super::fields::Fields;
use super::request_size::MAX_IMAGES;
use super::temp_budget::TempBudget;
use super::temp_file::{TempFile, TempFileWriter};
use crate::client::Client;
use crate::problem::Problem;

/// The names of form fields that contain images. Forms may append `[]` or an index such as `[0]`.
const IMAGE_FIELDS: [&str; 4] = ["image", "images", "file", "files"];

/// The limits on one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IngestLimits<'a> {
    /// The size limit of one image.
    pub(crate) max_image_bytes: u64,
    /// The pace at which the body must arrive.
    pub(crate) pace: BodyPace,
    /// The budget for temporary files.
    pub(crate) temp_budget: &'a TempBudget,
    /// The client whose budget the temporary files count against.
    pub(crate) client: &'a Client,
    /// The permits for decoding. A base64 body in memory holds one permit.
    pub(crate) decoding: &'a Arc<Semaphore>,
}

impl IngestLimits<'_> {
    /// Creates a temporary file that may grow to `max_bytes`.
    ///
    /// # Errors
    /// `temp_dir_unavailable`.
    pub(crate) fn create_file(&self, max_bytes: u64) -> Result<TempFileWriter, Problem> {
        TempFileWriter::create(max_bytes, self.temp_budget.start_file(self.client))
    }
}

/// The images of a request, and its other fields.
#[derive(Debug, Default)]
pub(crate) struct ImageBatch {
    pub(crate) images: Vec<TempFile>,
    pub(crate) fields: Fields,
    /// `true` if the reader skipped an image without bytes and without a file name. Browsers send
    /// such an image for a file input without a file.
    pub(crate) has_empty: bool,
}

/// Returns `true` if a form field with this name is an image. In a multipart form, a part that has
/// a file name may be an image under any field name.
pub(crate) fn is_image_field(name: &str) -> bool {
    let base = match name.split_once('[') {
        None => name,
        Some((base, index)) => match index.strip_suffix(']') {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => base,
            _ => return false,
        },
    };
    IMAGE_FIELDS
        .iter()
        .any(|field| field.eq_ignore_ascii_case(base))
}

impl ImageBatch {
    /// Checks that at least one image has bytes. The other images may be empty files. They still
    /// become uploads, which the worker rejects.
    ///
    /// # Errors
    /// `image_required` or `empty`.
    pub(crate) fn check_images(&self) -> Result<(), Problem> {
        if self.images.is_empty() && !self.has_empty {
            return Err(Problem::unprocessable(
                "image_required",
                "the request contains no image; send an image in a part or field named \"image\", \
                 or a list named \"images\" in JSON",
            ));
        }
        if self.images.iter().all(|image| image.bytes == 0) {
            return Err(Problem::unprocessable(
                "empty",
                "no image in the request has any bytes",
            ));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_field_has_one_of_four_names_with_or_without_an_index() {
        for name in [
            "image", "images", "file", "files", "image[]", "images[]", "files[0]", "file[12]",
            "Image",
        ] {
            assert!(is_image_field(name), "{name}");
        }
        for name in [
            "",
            "[]",
            "album",
            "image_name",
            "image[",
            "image[x]",
            "image[]x",
            "profile",
        ] {
            assert!(!is_image_field(name), "{name}");
        }
    }
}
