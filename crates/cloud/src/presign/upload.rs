//! Presigned uploads.

use super::post::{PresignPostRequest, PresignedPost, presign_post};
use super::presigner::Presigner;
use super::put::{PresignPutRequest, PresignedPut, presign_put};
use crate::CloudError;

/// A presigner of uploads into one bucket. It is cheap to clone.
#[derive(Debug, Clone)]
pub struct UploadPresigner {
    presigner: Presigner,
    conditional_writes: bool,
}

impl UploadPresigner {
    pub(crate) const fn new(presigner: Presigner, conditional_writes: bool) -> Self {
        Self {
            presigner,
            conditional_writes,
        }
    }

    /// Returns the URL that keys are appended to. It has the host name that clients can reach.
    ///
    /// # Errors
    /// `Invalid` if no URL can be derived for the bucket.
    pub async fn public_url(&self) -> Result<&str, CloudError> {
        self.presigner.public_url().await
    }

    /// Presigns a `PUT` with the exact type and length, and the checksum and attachment if there
    /// are any. The `PUT` has `If-None-Match: *`, unless `storage.conditional_writes` is off.
    ///
    /// # Errors
    /// `Forbidden` if there are no credentials or they have expired, `Invalid` if no URL can be
    /// derived for the bucket.
    pub async fn presign_put(
        &self,
        request: &PresignPutRequest<'_>,
    ) -> Result<PresignedPut, CloudError> {
        presign_put(&self.presigner, request, self.conditional_writes).await
    }

    /// Presigns a form with the exact key and type, bounds on the file's size, and the checksum and
    /// attachment if there are any.
    ///
    /// # Errors
    /// `Forbidden` if there are no credentials or they have expired, `Invalid` if no URL can be
    /// derived for the bucket.
    pub async fn presign_post(
        &self,
        request: &PresignPostRequest<'_>,
    ) -> Result<PresignedPost, CloudError> {
        presign_post(&self.presigner, request).await
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::{Duration, SystemTime};

    use time::format_description::BorrowedFormatItem;
    use time::macros::format_description;
    use time::{OffsetDateTime, PrimitiveDateTime};

    use super::*;
    use crate::presign::presigner::tests::presigner;

    const AMZ_DATE: &[BorrowedFormatItem<'_>] =
        format_description!("[year][month][day]T[hour][minute][second]Z");

    async fn put(presigner: &UploadPresigner) -> Result<PresignedPut, CloudError> {
        let request = PresignPutRequest {
            key: "raw/avatar/u1/x",
            content_type: "image/png",
            size: 7,
            checksum_sha256: None,
            attachment: None,
            expires_in: Duration::from_secs(900),
        };
        presigner.presign_put(&request).await
    }

    async fn form(presigner: &UploadPresigner) -> PresignedPost {
        let request = PresignPostRequest {
            key: "raw/avatar/u1/x",
            content_type: "image/png",
            size_range: 1..=7,
            checksum_sha256: None,
            attachment: None,
            expires_in: Duration::from_secs(900),
        };
        presigner.presign_post(&request).await.unwrap()
    }

    fn parameter<'a>(url: &'a str, name: &str) -> &'a str {
        let (_, rest) = url.split_once(&format!("{name}=")).unwrap();
        rest.split('&').next().unwrap()
    }

    /// Returns the time at which the URL expires, according to its query parameters.
    fn expiry(url: &str) -> OffsetDateTime {
        let from = PrimitiveDateTime::parse(parameter(url, "X-Amz-Date"), AMZ_DATE).unwrap();
        let seconds = parameter(url, "X-Amz-Expires").parse().unwrap();
        from.assume_utc() + Duration::from_secs(seconds)
    }

    async fn pass_retry_interval() {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(6)).await;
        tokio::time::resume();
    }

    #[tokio::test]
    async fn an_upload_presigned_30_s_before_the_end_of_its_credentials_expires_with_them() {
        let credentials_end = OffsetDateTime::from(SystemTime::now() + Duration::from_secs(30));
        let uploads = UploadPresigner::new(presigner(&[Some(30)]), true);
        let signed = put(&uploads).await.unwrap();
        let earliest = credentials_end - Duration::from_secs(3);
        for expiry in [
            expiry(&signed.url),
            signed.expires_at,
            form(&uploads).await.expires_at,
        ] {
            assert!(earliest <= expiry && expiry <= credentials_end, "{expiry}");
        }
    }

    #[tokio::test]
    async fn while_credentials_rotate_no_request_fails_and_no_url_outlives_its_credentials() {
        // These credentials all expire within minutes, so the cache replaces them as soon as the
        // retry interval permits. After the last of them, the provider returns only errors.
        let lifetimes = [Some(0), Some(20), Some(200), Some(100)];
        let uploads = UploadPresigner::new(presigner(&lifetimes), true);
        assert!(put(&uploads).await.is_err(), "nothing valid yet");
        pass_retry_interval().await;
        let mut signed_by = BTreeSet::new();
        for _ in 0..5 {
            for _ in 0..100 {
                let signed = put(&uploads).await.unwrap();
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
            pass_retry_interval().await;
        }
        assert_eq!(signed_by.len(), 3, "{signed_by:?}");
    }
}
