//! Upload URLs that a client can use without credentials.

use std::collections::BTreeMap;
use std::time::Duration;

use darkroom_contract::Attachment;
use time::OffsetDateTime;

use crate::presign::Presigner;
use crate::{CloudError, CloudErrorKind};

/// Signs uploads into one bucket; cheap to clone.
#[derive(Debug, Clone)]
pub struct UploadSigner {
    pub(crate) presigner: Presigner,
    pub(crate) bucket: String,
}

/// What a client is allowed to send, and nothing else.
#[derive(Debug, Clone)]
pub struct PutTerms<'a> {
    /// The exact key.
    pub key: &'a str,
    /// The exact `Content-Type`.
    pub content_type: &'a str,
    /// The exact number of bytes.
    pub size: u64,
    /// The SHA-256 of those bytes in base64, if the client knows it.
    pub checksum_sha256: Option<&'a str>,
    /// The value of [`Attachment::HEADER`], if there is anything to carry.
    pub attachment: Option<&'a str>,
    /// How long it may be used; less where the credentials end earlier.
    pub expires_in: Duration,
}

/// A `PUT` that S3 will take from anyone, once: it is signed for a key that must not exist.
#[derive(Debug, Clone)]
pub struct SignedPut {
    /// Where to send it.
    pub url: String,
    /// Every header that the client must set itself, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Until when.
    pub expires_at: OffsetDateTime,
}

impl UploadSigner {
    pub(crate) fn new(presigner: Presigner, bucket: &str) -> Self {
        Self {
            presigner,
            bucket: bucket.to_owned(),
        }
    }

    /// Signs a `PUT` with type, length, `If-None-Match: *` and, where given, checksum and
    /// attachment.
    ///
    /// # Errors
    /// `Forbidden` if there are no credentials, or they end now; `Invalid` if the SDK cannot sign
    /// these terms.
    pub async fn sign_put(&self, terms: &PutTerms<'_>) -> Result<SignedPut, CloudError> {
        const OPERATION: &str = "PutObject";
        let validity = self.presigner.validity(OPERATION, terms.expires_in).await?;
        let size = i64::try_from(terms.size)
            .map_err(|error| CloudError::new(CloudErrorKind::Invalid, OPERATION, error))?;
        let request = self
            .presigner
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(terms.key)
            .content_type(terms.content_type)
            .content_length(size)
            .if_none_match("*")
            .set_checksum_sha256(terms.checksum_sha256.map(Into::into));
        let request = match terms.attachment {
            Some(attachment) => request.metadata(Attachment::NAME, attachment),
            None => request,
        };
        let presigned = request
            .presigned(validity.config(OPERATION)?)
            .await
            .map_err(CloudError::of(OPERATION))?;
        let headers = presigned
            .headers()
            .filter(|(name, _)| !set_by_every_client(name))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Ok(SignedPut {
            url: presigned.uri().to_owned(),
            headers,
            expires_at: validity.expires_at(),
        })
    }
}

fn set_by_every_client(header: &str) -> bool {
    header.eq_ignore_ascii_case("host") || header.eq_ignore_ascii_case("content-length")
}
