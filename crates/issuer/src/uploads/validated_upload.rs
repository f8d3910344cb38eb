//! What a client may upload: everything it said, checked.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use darkroom_contract::{
    Attachment, CreateUpload, Profile, Profiles, RawKey, UploadId, UploadMethod,
};
use darkroom_imaging::{CropBox, SourceFormat};
use http::StatusCode;

use super::path::unknown_profile;
use crate::auth::Caller;
use crate::json::Field;
use crate::problem::Problem;

/// Bytes of a SHA-256 (FIPS 180-4).
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

/// An upload that may be signed.
#[derive(Debug, PartialEq)]
pub(crate) struct ValidatedUpload {
    /// A new key of its own.
    pub(crate) key: RawKey,
    /// One of the media types that [`SourceFormat`] knows, in lower case.
    pub(crate) content_type: String,
    pub(crate) sending: Transfer,
    /// In base64 with padding.
    pub(crate) checksum_sha256: Option<String>,
    /// The value of [`Attachment::HEADER`].
    pub(crate) attachment: Option<String>,
}

/// How the bytes will be sent, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transfer {
    /// Exactly so many.
    Put { size: u64 },
    /// Between these bounds, because a plain form does not know the size of its file.
    Post { min_bytes: u64, most: u64 },
}

impl ValidatedUpload {
    /// Checks what a client asks for and names the upload.
    ///
    /// # Errors
    /// The code of what is wrong; with several, of the first in the order of [`FIELDS`].
    pub(crate) fn check(
        ask: CreateUpload,
        caller: &Caller,
        profiles: &Profiles,
    ) -> Result<Self, Problem> {
        let name = ask.profile.parse().map_err(|_| unknown_profile())?;
        let profile = profiles.get(&name).ok_or_else(unknown_profile)?;
        caller.check_profile(&name)?;
        let owner = caller.owner(ask.owner)?;
        let content_type = check_content_type(&ask.content_type, profile)?;
        let sending = Transfer::check(ask.method, ask.size, profile)?;
        Ok(Self {
            key: RawKey {
                profile: name,
                owner,
                id: UploadId::generate(),
            },
            content_type,
            sending,
            checksum_sha256: checksum(ask.checksum_sha256)?,
            attachment: check_attachment(Attachment {
                metadata: ask.metadata,
                crop: ask.crop.map(crop).transpose()?,
                traceparent: None,
            })?,
        })
    }
}

/// The declared type as S3 will hold the client to it: its spelling is kept, because a browser
/// sends the spelling that it has.
pub(crate) fn check_content_type(declared: &str, profile: &Profile) -> Result<String, Problem> {
    let format = SourceFormat::from_content_type(declared);
    if format.is_none_or(|format| !profile.formats.contains(&format)) {
        let accepted: Vec<_> = profile
            .formats
            .iter()
            .map(|format| format.content_type())
            .collect();
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_format",
            format_args!("this profile takes {}", accepted.join(", ")),
        ));
    }
    let essence = declared.split(';').next().unwrap_or_default().trim();
    Ok(essence.to_ascii_lowercase())
}

impl Transfer {
    fn check(method: UploadMethod, size: Option<u64>, profile: &Profile) -> Result<Self, Problem> {
        let most = profile.max_bytes.as_u64();
        let size = size.map(|size| check_size(size, most)).transpose()?;
        match (method, size) {
            (UploadMethod::Put, Some(size)) => Ok(Self::Put { size }),
            (UploadMethod::Put, None) => Err(Problem::unprocessable(
                "size_required",
                "say how many bytes the file has: size",
            )),
            (UploadMethod::Post, Some(size)) => Ok(Self::Post {
                min_bytes: size,
                most: size,
            }),
            (UploadMethod::Post, None) => Ok(Self::Post { min_bytes: 1, most }),
        }
    }
}

fn check_size(size: u64, most: u64) -> Result<u64, Problem> {
    match size {
        0 => Err(Problem::unprocessable(
            "invalid_size",
            "an empty file is not a picture",
        )),
        size if size > most => Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_many_bytes",
            format_args!("{size} bytes are over the limit of {most}"),
        )),
        size => Ok(size),
    }
}

fn checksum(checksum: Option<String>) -> Result<Option<String>, Problem> {
    let Some(text) = checksum else {
        return Ok(None);
    };
    match STANDARD.decode(&text) {
        Ok(bytes) if bytes.len() == SHA256_BYTES => Ok(Some(text)),
        _ => Err(Problem::unprocessable(
            "invalid_checksum",
            "checksum_sha256 is a SHA-256 in base64 with padding, 44 characters",
        )),
    }
}

/// How large the picture is, nobody knows yet; a box that no picture has is refused at once.
fn crop(crop: CropBox) -> Result<CropBox, Problem> {
    let is_empty = crop.width == 0 || crop.height == 0;
    let is_endless =
        crop.x.checked_add(crop.width).is_none() || crop.y.checked_add(crop.height).is_none();
    if is_empty || is_endless {
        return Err(Problem::unprocessable(
            "invalid_crop",
            "a crop box is at least 1 x 1 px and ends before 2^32",
        ));
    }
    Ok(crop)
}

/// The header that carries it, with the trace that the request is part of, if it is.
pub(crate) fn check_attachment(attachment: Attachment) -> Result<Option<String>, Problem> {
    if let Some(traceparent) = darkroom_telemetry::traceparent() {
        let traced = Attachment {
            traceparent: Some(traceparent),
            ..attachment.clone()
        };
        // The room is the client's own: where its words fill it, the trace ends here.
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
    use serde_json::{Value, json};

    use super::*;

    /// A good request with these fields instead; `null` leaves one out.
    fn ask(changes: Value) -> CreateUpload {
        let mut ask = json!({
            "profile": "avatar", "owner": "u123", "content_type": "image/jpeg", "size": 1000
        });
        for (name, value) in changes.as_object().unwrap() {
            ask[name] = value.clone();
        }
        serde_json::from_value(ask).unwrap()
    }

    fn check(changes: Value) -> Result<ValidatedUpload, Problem> {
        ValidatedUpload::check(ask(changes), &Caller::anyone(), &Profiles::default())
    }

    #[test]
    fn a_key_is_made_of_profile_owner_and_a_new_id() {
        let first = check(json!({})).unwrap();
        let second = check(json!({})).unwrap();
        let key = first.key.to_string();
        assert_eq!(key, format!("raw/avatar/u123/{}", first.key.id));
        assert_ne!(first.key.id, second.key.id);
    }

    #[test]
    fn each_fault_has_its_status_and_code() {
        let long = "x".repeat(3000);
        for (changes, status, code) in [
            (json!({"profile": "nope"}), 404, "unknown_profile"),
            (json!({"profile": "../raw"}), 404, "unknown_profile"),
            (json!({"owner": null}), 422, "owner_required"),
            (json!({"owner": "a/b"}), 422, "invalid_owner"),
            (json!({"owner": "a\r\nx: y"}), 422, "invalid_owner"),
            (
                json!({"content_type": "text/html"}),
                415,
                "unsupported_format",
            ),
            (
                json!({"content_type": "image/heic"}),
                415,
                "unsupported_format",
            ),
            (json!({"content_type": ""}), 415, "unsupported_format"),
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
            let problem = check(changes.clone()).unwrap_err();
            assert_eq!(
                (problem.status.as_u16(), problem.code),
                (status, code),
                "{changes}"
            );
        }
    }

    #[test]
    fn a_file_of_exactly_the_limit_is_taken() {
        let size = 10 * 1024 * 1024;
        let terms = check(json!({"size": size})).unwrap();
        assert_eq!(terms.sending, Transfer::Put { size });
    }

    #[test]
    fn a_form_may_leave_the_size_open_up_to_the_limit() {
        let bounds = |changes| match check(changes).unwrap().sending {
            Transfer::Post { min_bytes, most } => (min_bytes, most),
            put @ Transfer::Put { .. } => panic!("{put:?}"),
        };
        let open = bounds(json!({"method": "POST", "size": null}));
        assert_eq!(open, (1, 10 * 1024 * 1024));
        assert_eq!(bounds(json!({"method": "POST", "size": 7})), (7, 7));
    }

    #[test]
    fn of_a_media_type_only_a_known_essence_is_signed() {
        let terms = check(json!({"content_type": "Image/JPG; x=\"\r\ninjected: 1\""})).unwrap();
        assert_eq!(terms.content_type, "image/jpg");
    }

    #[test]
    fn metadata_and_crop_travel_in_one_header() {
        let crop = json!({"x": 1, "y": 2, "width": 3, "height": 4});
        let terms = check(json!({"metadata": {"album": "ü"}, "crop": crop})).unwrap();
        let attachment = Attachment::from_header(&terms.attachment.unwrap()).unwrap();
        assert_eq!(attachment.metadata["album"], "ü");
        assert_eq!(attachment.crop.map(|crop| crop.height), Some(4));
        assert_eq!(check(json!({})).unwrap().attachment, None);
    }
}
