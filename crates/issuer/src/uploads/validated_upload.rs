//! Validation of a request for an upload.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use darkroom_contract::{Attachment, CreateUpload, Profile, Profiles, RawKey, UploadMethod};
use darkroom_imaging::{CropBox, SourceFormat};
use http::StatusCode;

use crate::auth::Caller;
use crate::body::OCTET_STREAM;
use crate::json::Field;
use crate::problem::Problem;

/// The length of a SHA-256 digest (FIPS 180-4).
const SHA256_BYTES: usize = 32;

/// The fields of `POST /v1/uploads`.
pub(crate) const FIELDS: &[Field] = &[
    ("profile", "invalid_profile"),
    ("owner", "invalid_owner"),
    ("content_type", "invalid_content_type"),
    ("size", "invalid_size"),
    ("method", "invalid_method"),
    ("checksum_sha256", "invalid_checksum"),
    ("metadata", "invalid_metadata"),
    ("crop", "invalid_crop"),
];

/// A valid upload request, ready for a presigned URL or form.
#[derive(Debug, PartialEq)]
pub(crate) struct ValidatedUpload {
    /// The key of the new upload.
    pub(crate) key: RawKey,
    /// The media type in lower case: one that [`SourceFormat`] knows, or
    /// `application/octet-stream`.
    pub(crate) content_type: String,
    pub(crate) transfer: Transfer,
    /// The digest in base64 with padding.
    pub(crate) checksum_sha256: Option<String>,
    /// The value of [`Attachment::HEADER`].
    pub(crate) attachment: Option<String>,
}

/// The method by which the client sends the file to S3, and the size of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transfer {
    /// A `PUT` of exactly this many bytes.
    Put { bytes: u64 },
    /// A form with a file of `min_bytes` to `max_bytes`. Two different bounds allow a plain HTML
    /// form, which cannot state the size of its file.
    Post { min_bytes: u64, max_bytes: u64 },
}

impl ValidatedUpload {
    /// Validates a request and generates the key of the upload.
    ///
    /// # Errors
    /// The problem of the first invalid field.
    pub(crate) fn from_request(
        request: CreateUpload,
        caller: &Caller,
        profiles: &Profiles,
    ) -> Result<Self, Problem> {
        let (name, profile) = caller.resolve_profile(&request.profile, profiles)?;
        let owner = caller.resolve_owner(request.owner)?;
        let content_type = check_content_type(request.content_type.as_deref(), profile)?;
        let transfer = Transfer::new(request.method, request.size, profile)?;
        Ok(Self {
            key: RawKey::new(name, owner),
            content_type,
            transfer,
            checksum_sha256: request.checksum_sha256.map(check_checksum).transpose()?,
            attachment: attachment_header(Attachment {
                metadata: request.metadata,
                crop: request.crop.map(check_crop).transpose()?,
                traceparent: None,
            })?,
        })
    }
}

/// Returns the media type that S3 will require for the upload. A known image type is returned in
/// lower case and without parameters. For a missing type, a type without meaning such as
/// `octet-stream`, or an unknown image type, the result is `application/octet-stream`.
///
/// An alias such as `image/jpg` is not replaced, because the browser later sends the declared type
/// to S3. Browsers derive the type from the file name and may be wrong. Therefore this function
/// accepts every image type, and the worker detects the format from the bytes. An unknown type
/// becomes `application/octet-stream`, so S3 never serves a type that an uploader made up.
///
/// # Errors
/// `unsupported_format` if the declared type is neither an image type nor `octet-stream`.
fn check_content_type(declared: Option<&str>, profile: &Profile) -> Result<String, Problem> {
    let essence = declared.unwrap_or_default().split(';').next();
    let essence = essence.unwrap_or_default().trim().to_ascii_lowercase();
    if SourceFormat::from_content_type(&essence).is_some() {
        return Ok(essence);
    }
    let may_be_image = essence.is_empty()
        || essence.starts_with("image/")
        || [OCTET_STREAM, "binary/octet-stream"].contains(&essence.as_str());
    if may_be_image {
        return Ok(OCTET_STREAM.to_owned());
    }
    let formats = profile.formats.iter();
    let accepted: Vec<_> = formats.map(|format| format.content_type()).collect();
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_format",
        format_args!(
            "content_type is not an image type; this profile accepts {}",
            accepted.join(", ")
        ),
    ))
}

impl Transfer {
    /// Returns the largest size of the file.
    pub(crate) const fn max_bytes(self) -> u64 {
        match self {
            Self::Put { bytes } => bytes,
            Self::Post { max_bytes, .. } => max_bytes,
        }
    }

    fn new(method: UploadMethod, size: Option<u64>, profile: &Profile) -> Result<Self, Problem> {
        let max_bytes = profile.max_bytes.as_u64();
        let size = size.map(|size| check_size(size, max_bytes)).transpose()?;
        match (method, size) {
            (UploadMethod::Put, Some(bytes)) => Ok(Self::Put { bytes }),
            (UploadMethod::Put, None) => Err(Problem::unprocessable(
                "size_required",
                "size is missing; a PUT needs the size of the file in bytes",
            )),
            (UploadMethod::Post, Some(size)) => Ok(Self::Post {
                min_bytes: size,
                max_bytes: size,
            }),
            (UploadMethod::Post, None) => Ok(Self::Post {
                min_bytes: 1,
                max_bytes,
            }),
        }
    }
}

fn check_size(size: u64, max_bytes: u64) -> Result<u64, Problem> {
    match size {
        0 => Err(Problem::unprocessable(
            "invalid_size",
            "size is 0, and an empty file is not an image",
        )),
        size if size > max_bytes => Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_many_bytes",
            format_args!("size is {size} bytes; this profile accepts {max_bytes} at most"),
        )),
        size => Ok(size),
    }
}

fn check_checksum(checksum: String) -> Result<String, Problem> {
    match STANDARD.decode(&checksum) {
        Ok(bytes) if bytes.len() == SHA256_BYTES => Ok(checksum),
        _ => Err(Problem::unprocessable(
            "invalid_checksum",
            "checksum_sha256 must be a SHA-256 digest in base64 with padding, 44 characters",
        )),
    }
}

/// Refuses a crop that does not fit into any image. The size of the actual image is not known yet.
fn check_crop(crop: CropBox) -> Result<CropBox, Problem> {
    let is_empty = crop.width == 0 || crop.height == 0;
    let overflows =
        crop.x.checked_add(crop.width).is_none() || crop.y.checked_add(crop.height).is_none();
    if is_empty || overflows {
        return Err(Problem::unprocessable(
            "invalid_crop",
            "crop must be at least 1 x 1 px and end before 2^32",
        ));
    }
    Ok(crop)
}

/// Encodes an attachment as the value of its header, with the trace of the request if there is one.
/// Returns `None` if there is nothing to attach.
///
/// # Errors
/// `metadata_too_large`.
pub(crate) fn attachment_header(attachment: Attachment) -> Result<Option<String>, Problem> {
    if let Some(traceparent) = darkroom_telemetry::traceparent() {
        let traced = Attachment {
            traceparent: Some(traceparent),
            ..attachment.clone()
        };
        // The client's metadata takes precedence. If the metadata fills the header, the trace ends
        // here.
        if let Ok(header) = traced.to_header() {
            return Ok(Some(header));
        }
    }
    if attachment.is_empty() {
        return Ok(None);
    }
    attachment
        .to_header()
        .map(Some)
        .map_err(|error| Problem::unprocessable("metadata_too_large", error))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use serde_json::{Value, json};

    use super::*;

    /// Returns a request with valid fields, except that `changes` replaces some of them. A value of
    /// `null` stands for a missing field.
    fn request(changes: Value) -> CreateUpload {
        let mut request = json!({
            "profile": "avatar", "owner": "u123", "content_type": "image/jpeg", "size": 1000
        });
        for (name, value) in changes.as_object().unwrap() {
            request[name] = value.clone();
        }
        serde_json::from_value(request).unwrap()
    }

    fn validate(changes: Value) -> Result<ValidatedUpload, Problem> {
        let caller = Caller::from_address(Ipv4Addr::LOCALHOST.into());
        ValidatedUpload::from_request(request(changes), &caller, &Profiles::default())
    }

    #[test]
    fn a_key_consists_of_profile_owner_and_a_new_id() {
        let first = validate(json!({})).unwrap();
        let second = validate(json!({})).unwrap();
        let key = first.key.to_string();
        assert_eq!(key, format!("raw/avatar/u123/{}", first.key.id));
        assert_ne!(first.key.id, second.key.id);
    }

    #[test]
    fn each_invalid_field_has_its_status_and_code() {
        let long = "x".repeat(3000);
        for (changes, status, code) in [
            (json!({"profile": "nope"}), 404, "unknown_profile"),
            (json!({"profile": "../raw"}), 404, "unknown_profile"),
            (json!({"owner": null}), 422, "owner_required"),
            (json!({"owner": "a/b"}), 422, "invalid_owner"),
            (json!({"owner": "darkroom-canary"}), 422, "invalid_owner"),
            (json!({"owner": "a\r\nx: y"}), 422, "invalid_owner"),
            (
                json!({"content_type": "text/html"}),
                415,
                "unsupported_format",
            ),
            (
                json!({"content_type": "application/pdf"}),
                415,
                "unsupported_format",
            ),
            (json!({"size": null}), 422, "size_required"),
            (json!({"size": 0}), 422, "invalid_size"),
            (json!({"size": 10 * 1024 * 1024 + 1}), 413, "too_many_bytes"),
            (json!({"checksum_sha256": "abc"}), 422, "invalid_checksum"),
            (json!({"checksum_sha256": "AAAA"}), 422, "invalid_checksum"),
            (
                json!({"metadata": {"note": long}}),
                422,
                "metadata_too_large",
            ),
            (
                json!({"crop": {"x": 0, "y": 0, "width": 0, "height": 1}}),
                422,
                "invalid_crop",
            ),
            (
                json!({"crop": {"x": 1, "y": 0, "width": u32::MAX, "height": 1}}),
                422,
                "invalid_crop",
            ),
        ] {
            let problem = validate(changes.clone()).unwrap_err();
            assert_eq!(
                (problem.status.as_u16(), problem.code),
                (status, code),
                "{changes}"
            );
        }
    }

    #[test]
    fn a_file_of_exactly_the_limit_is_accepted() {
        let size = 10 * 1024 * 1024;
        let upload = validate(json!({"size": size})).unwrap();
        assert_eq!(upload.transfer, Transfer::Put { bytes: size });
    }

    #[test]
    fn a_form_without_a_size_accepts_any_size_up_to_the_limit() {
        let bounds = |changes| match validate(changes).unwrap().transfer {
            Transfer::Post {
                min_bytes,
                max_bytes,
            } => (min_bytes, max_bytes),
            put @ Transfer::Put { .. } => panic!("{put:?}"),
        };
        let open = bounds(json!({"method": "POST", "size": null}));
        assert_eq!(open, (1, 10 * 1024 * 1024));
        assert_eq!(bounds(json!({"method": "POST", "size": 7})), (7, 7));
    }

    #[test]
    fn a_media_type_is_signed_in_lower_case_without_parameters() {
        let upload = validate(json!({"content_type": "Image/JPG; x=\"\r\ninjected: 1\""})).unwrap();
        assert_eq!(upload.content_type, "image/jpg");
    }

    #[test]
    fn the_media_type_may_be_missing_or_wrong() {
        for (declared, signed) in [
            (json!(null), "application/octet-stream"),
            (json!(""), "application/octet-stream"),
            (json!("binary/octet-stream"), "application/octet-stream"),
            (json!("image/*"), "application/octet-stream"),
            (json!("image/svg+xml"), "application/octet-stream"),
            (json!("image/x\r\ninjected: 1"), "application/octet-stream"),
            (json!("image/heic"), "image/heic"),
            (json!("image/pjpeg"), "image/pjpeg"),
        ] {
            let upload = validate(json!({"content_type": declared})).unwrap();
            assert_eq!(upload.content_type, signed, "{declared}");
        }
    }

    #[test]
    fn metadata_and_crop_share_one_header() {
        let crop = json!({"x": 1, "y": 2, "width": 3, "height": 4});
        let upload = validate(json!({"metadata": {"album": "ü"}, "crop": crop})).unwrap();
        let attachment = Attachment::from_header(&upload.attachment.unwrap()).unwrap();
        assert_eq!(attachment.metadata["album"], "ü");
        assert_eq!(attachment.crop.map(|crop| crop.height), Some(4));
        assert_eq!(validate(json!({})).unwrap().attachment, None);
    }
}
