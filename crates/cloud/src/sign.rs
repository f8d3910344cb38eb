//! Upload URLs that a client can use without credentials.

use std::collections::BTreeMap;
use std::time::Duration;

use darkroom_contract::Attachment;
use time::OffsetDateTime;

use crate::CloudError;
use crate::presign::{Presigner, Request};

/// Signs uploads into one bucket; cheap to clone.
#[derive(Debug, Clone)]
pub struct UploadSigner {
    pub(crate) presigner: Presigner,
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
    pub(crate) const fn new(presigner: Presigner) -> Self {
        Self { presigner }
    }

    /// Signs a `PUT` with type, length, `If-None-Match: *` and, where given, checksum and
    /// attachment.
    ///
    /// # Errors
    /// `Forbidden` if there are no credentials, or they end now; `Invalid` if the bucket has no
    /// address.
    pub async fn sign_put(&self, terms: &PutTerms<'_>) -> Result<SignedPut, CloudError> {
        let validity = self
            .presigner
            .validity("PutObject", terms.expires_in)
            .await?;
        let size = terms.size.to_string();
        let given = [
            ("content-type", Some(terms.content_type)),
            ("if-none-match", Some("*")),
            ("x-amz-checksum-sha256", terms.checksum_sha256),
            (Attachment::HEADER, terms.attachment),
        ];
        let headers = given.into_iter();
        let headers = headers.filter_map(|(name, value)| Some((name, value?)));
        let mut headers: BTreeMap<&str, &str> = headers.collect();
        let for_client = headers.iter();
        let for_client = for_client.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let for_client = for_client.collect();
        // Every client sets it by itself.
        headers.insert("content-length", &size);
        let request = Request {
            method: "PUT",
            key: terms.key,
            query: &[],
            headers: &headers,
        };
        Ok(SignedPut {
            url: self.presigner.url(&request, &validity).await?,
            headers: for_client,
            expires_at: validity.expires_at(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use time::PrimitiveDateTime;
    use time::format_description::BorrowedFormatItem;
    use time::macros::format_description;

    use super::*;
    use crate::PostTerms;
    use crate::presign::tests::presigner;

    const INSTANT: &[BorrowedFormatItem<'_>] =
        format_description!("[year][month][day]T[hour][minute][second]Z");

    async fn put(signer: &UploadSigner) -> Result<SignedPut, CloudError> {
        let terms = PutTerms {
            key: "raw/avatar/u1/x",
            content_type: "image/png",
            size: 7,
            checksum_sha256: None,
            attachment: None,
            expires_in: Duration::from_secs(900),
        };
        signer.sign_put(&terms).await
    }

    async fn form(signer: &UploadSigner) -> crate::SignedPost {
        let terms = PostTerms {
            key: "raw/avatar/u1/x",
            content_type: "image/png",
            sizes: (1, 7),
            checksum_sha256: None,
            attachment: None,
            expires_in: Duration::from_secs(900),
        };
        signer.sign_post(&terms).await.unwrap()
    }

    fn parameter<'a>(url: &'a str, name: &str) -> &'a str {
        let (_, rest) = url.split_once(&format!("{name}=")).unwrap();
        rest.split('&').next().unwrap()
    }

    /// When S3 takes it no more, as the URL itself says.
    fn end(url: &str) -> OffsetDateTime {
        let from = PrimitiveDateTime::parse(parameter(url, "X-Amz-Date"), INSTANT).unwrap();
        let seconds = parameter(url, "X-Amz-Expires").parse().unwrap();
        from.assume_utc() + Duration::from_secs(seconds)
    }

    #[tokio::test]
    async fn what_is_asked_for_30_s_before_the_credentials_end_ends_with_them() {
        let credentials_end = OffsetDateTime::from(SystemTime::now() + Duration::from_secs(30));
        let signer = UploadSigner::new(presigner(&[Some(30)]));
        let signed = put(&signer).await.unwrap();
        let least = credentials_end - Duration::from_secs(3);
        for end in [
            end(&signed.url),
            signed.expires_at,
            form(&signer).await.expires_at,
        ] {
            assert!(least <= end && end <= credentials_end, "{end}");
        }
    }

    #[tokio::test]
    async fn rotation_fails_no_request_and_no_url_outlives_who_signed_it() {
        // Each is renewed at once, because it ends within minutes; then the provider is away.
        let signer = UploadSigner::new(presigner(&[Some(0), Some(20), Some(200), Some(100)]));
        assert!(put(&signer).await.is_err(), "nothing valid yet");
        let mut signed_by = std::collections::BTreeSet::new();
        for _ in 0..5 {
            for _ in 0..100 {
                let signed = put(&signer).await.unwrap();
                let credential = parameter(&signed.url, "X-Amz-Credential");
                let key_id = credential.split('%').next().unwrap().to_owned();
                let left: u64 = parameter(&signed.url, "X-Amz-Expires").parse().unwrap();
                let lifetime = match key_id.as_str() {
                    "AKID1" => 20,
                    "AKID2" => 200,
                    "AKID3" => 100,
                    other => panic!("{other}"),
                };
                assert!(left <= lifetime, "{key_id}: {left}");
                signed_by.insert(key_id);
            }
            tokio::time::pause();
            tokio::time::advance(Duration::from_secs(6)).await;
            tokio::time::resume();
        }
        assert_eq!(signed_by.len(), 3, "{signed_by:?}");
    }
}
