//! Presigned forms, which a browser can send without a script.
//!
//! See "Authenticating Requests in Browser-Based Uploads Using POST (AWS Signature Version 4)" in
//! the S3 API reference.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use darkroom_contract::Attachment;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::presigner::{Presigner, Validity};
use super::sigv4::{ALGORITHM, Signer};
use crate::{CloudError, CloudErrorKind};

const OPERATION: &str = "PostObject";

/// The form that a client may send.
#[derive(Debug, Clone)]
pub struct PresignPostRequest<'a> {
    /// The exact key.
    pub key: &'a str,
    /// The exact `Content-Type`.
    pub content_type: &'a str,
    /// The permitted sizes of the file in bytes.
    pub size_range: RangeInclusive<u64>,
    /// The SHA-256 of the file in base64, if the client knows it.
    pub checksum_sha256: Option<&'a str>,
    /// The value of [`Attachment::HEADER`], if there is one.
    pub attachment: Option<&'a str>,
    /// The lifetime. It is shorter if the credentials expire earlier.
    pub expires_in: Duration,
}

/// A form that S3 accepts from anyone.
///
/// Unlike a presigned `PUT` with `If-None-Match`, a form that is sent again replaces the object. S3
/// does not support `If-None-Match` for forms.
#[derive(Debug, Clone)]
pub struct PresignedPost {
    /// The URL to which the form is sent as `multipart/form-data`.
    pub url: String,
    /// The form fields to send before the field `file`.
    pub fields: BTreeMap<String, String>,
    /// The time at which the form expires.
    pub expires_at: OffsetDateTime,
}

pub(super) async fn presign_post(
    presigner: &Presigner,
    post: &PresignPostRequest<'_>,
) -> Result<PresignedPost, CloudError> {
    let validity = presigner.validity(OPERATION, post.expires_in).await?;
    let signer = presigner.signer();
    let expires_at = validity.expires_at();
    let mut fields = post.fields();
    fields.extend(signature_fields(signer, &validity));
    let policy = policy(presigner.bucket(), &fields, &post.size_range, expires_at)?;
    // The string to sign is the policy in base64, exactly as it is sent.
    let signature = signer.sign(&validity.credentials, &validity.time, &policy);
    fields.insert("x-amz-signature".to_owned(), signature);
    fields.insert("policy".to_owned(), policy);
    Ok(PresignedPost {
        url: presigner.address().await?.url.clone(),
        fields,
        expires_at,
    })
}

impl PresignPostRequest<'_> {
    fn fields(&self) -> BTreeMap<String, String> {
        let fields = [
            ("key", Some(self.key)),
            ("Content-Type", Some(self.content_type)),
            ("x-amz-checksum-sha256", self.checksum_sha256),
            (Attachment::HEADER, self.attachment),
            // With the default status, 204, there is no body, so a browser would show nothing.
            ("success_action_status", Some("201")),
        ];
        fields
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect()
    }
}

/// Returns the fields that name the signer and the time.
fn signature_fields(signer: &Signer, validity: &Validity) -> Vec<(String, String)> {
    let Validity {
        credentials, time, ..
    } = validity;
    let credential = signer.credential(credentials, time);
    let mut fields = vec![
        ("x-amz-algorithm".to_owned(), ALGORITHM.to_owned()),
        ("x-amz-credential".to_owned(), credential),
        ("x-amz-date".to_owned(), time.amz_date.clone()),
    ];
    if let Some(token) = credentials.session_token() {
        fields.push(("x-amz-security-token".to_owned(), token.to_owned()));
    }
    fields
}

/// Returns the policy in base64. It requires the exact value of every field.
fn policy(
    bucket: &str,
    fields: &BTreeMap<String, String>,
    size_range: &RangeInclusive<u64>,
    expires_at: OffsetDateTime,
) -> Result<String, CloudError> {
    let exact = fields
        .iter()
        .map(|(name, value)| json!({ name.as_str(): value }));
    let mut conditions: Vec<Value> = exact.collect();
    conditions.push(json!({ "bucket": bucket }));
    let (min, max) = (size_range.start(), size_range.end());
    conditions.push(json!(["content-length-range", min, max]));
    let expiration = expires_at.replace_nanosecond(0).map_err(invalid)?;
    let expiration = expiration.format(&Rfc3339).map_err(invalid)?;
    let policy = json!({ "expiration": expiration, "conditions": conditions });
    Ok(STANDARD.encode(policy.to_string()))
}

fn invalid(error: impl std::fmt::Display) -> CloudError {
    CloudError::new(CloudErrorKind::Invalid, OPERATION, error)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::presign::sigv4::SigningTime;
    use crate::presign::sigv4::tests::{EXAMPLE_SECRET, example_credentials};
    use crate::presign::testing::connection;

    /// "Example: Browser-Based Upload using HTTP POST" in the S3 API reference.
    #[test]
    fn the_signature_equals_the_worked_example_of_aws() {
        const POLICY: &str = concat!(
            "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsN",
            "CiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRr",
            "ZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vz",
            "c19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29t",
            "L3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUi",
            "LCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7",
            "IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIs",
            "ICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZP",
            "RE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXot",
            "YWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlU",
            "MDAwMDAwWiIgfQ0KICBdDQp9",
        );
        let credentials = example_credentials(EXAMPLE_SECRET);
        let signer = Signer::new("us-east-1");
        let time = SigningTime::new(datetime!(2015-12-29 00:00 UTC).into());
        assert_eq!(
            signer.credential(&credentials, &time),
            "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"
        );
        assert_eq!(time.amz_date, "20151229T000000Z");
        assert_eq!(
            signer.sign(&credentials, &time, POLICY),
            "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
        );
    }

    async fn presigned() -> PresignedPost {
        let request = PresignPostRequest {
            key: "raw/avatar/u1/x",
            content_type: "image/png",
            size_range: 1..=1000,
            checksum_sha256: None,
            attachment: Some(r#"{"metadata":{"a":"7"}}"#),
            expires_in: Duration::from_secs(60),
        };
        let uploads = connection().await.upload_presigner("raw");
        uploads.presign_post(&request).await.unwrap()
    }

    #[tokio::test]
    async fn the_policy_requires_the_exact_value_of_every_field() {
        let form = presigned().await;
        assert_eq!(form.url, "https://images.example/raw/");
        let policy = STANDARD.decode(&form.fields["policy"]).unwrap();
        let policy: Value = serde_json::from_slice(&policy).unwrap();
        let conditions = policy["conditions"].as_array().unwrap();
        for (name, value) in &form.fields {
            let is_demanded = conditions.contains(&json!({ name.as_str(): value }));
            let is_the_signature = name == "policy" || name == "x-amz-signature";
            assert_ne!(is_demanded, is_the_signature, "{name}");
        }
        assert!(conditions.contains(&json!({"bucket": "raw"})));
        assert!(conditions.contains(&json!(["content-length-range", 1, 1000])));
    }
}
