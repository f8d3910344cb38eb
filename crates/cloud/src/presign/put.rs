//! Presigned `PUT` requests.

use std::collections::BTreeMap;
use std::time::Duration;

use darkroom_contract::Attachment;
use time::OffsetDateTime;

use super::presigner::Presigner;
use super::url::Request;
use crate::CloudError;

/// The `PUT` that a client may send.
#[derive(Debug, Clone)]
pub struct PresignPutRequest<'a> {
    /// The exact key.
    pub key: &'a str,
    /// The exact `Content-Type`.
    pub content_type: &'a str,
    /// The exact number of bytes.
    pub size: u64,
    /// The SHA-256 of the bytes in base64, if the client knows it.
    pub checksum_sha256: Option<&'a str>,
    /// The value of [`Attachment::HEADER`], if there is one.
    pub attachment: Option<&'a str>,
    /// The lifetime, at most 7 days. It is shorter if the credentials expire earlier.
    pub expires_in: Duration,
}

/// A `PUT` that S3 accepts from anyone. With `If-None-Match`, S3 accepts it only while the key has
/// no object.
#[derive(Debug, Clone)]
pub struct PresignedPut {
    /// The URL to send the request to.
    pub url: String,
    /// The headers that the client must set, with names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The time at which the request expires.
    pub expires_at: OffsetDateTime,
}

pub(super) async fn presign_put(
    presigner: &Presigner,
    put: &PresignPutRequest<'_>,
    is_conditional: bool,
) -> Result<PresignedPut, CloudError> {
    let validity = presigner.validity("PutObject", put.expires_in).await?;
    let size = put.size.to_string();
    let mut headers = put.headers(is_conditional);
    let for_client = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    // Every HTTP client sets this header itself, so the client is not asked to set it.
    headers.insert("content-length", &size);
    let request = Request {
        method: "PUT",
        key: put.key,
        query: &[],
        headers: &headers,
        expires_in_seconds: validity.seconds(),
    };
    Ok(PresignedPut {
        url: presigner.url(&request, &validity).await?,
        headers: for_client,
        expires_at: validity.expires_at(),
    })
}

impl<'a> PresignPutRequest<'a> {
    fn headers(&self, is_conditional: bool) -> BTreeMap<&'a str, &'a str> {
        let headers = [
            ("content-type", Some(self.content_type)),
            ("if-none-match", is_conditional.then_some("*")),
            ("x-amz-checksum-sha256", self.checksum_sha256),
            (Attachment::HEADER, self.attachment),
        ];
        let headers = headers.into_iter();
        headers
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }
}
