//! Upload forms that a browser can send without script or credentials.
//!
//! The SDK does not sign them, so this does: "Authenticating Requests in Browser-Based Uploads
//! Using POST (AWS Signature Version 4)" in the S3 API reference.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use darkroom_contract::Attachment;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::presign::Validity;
use crate::sign::UploadSigner;
use crate::sigv4::{ALGORITHM, Signer};
use crate::{CloudError, CloudErrorKind};

const OPERATION: &str = "PostObject";

/// What a client is allowed to send as a form, and nothing else.
#[derive(Debug, Clone)]
pub struct PostTerms<'a> {
    /// The exact key.
    pub key: &'a str,
    /// The exact `Content-Type`.
    pub content_type: &'a str,
    /// Fewest and most bytes of the file.
    pub sizes: (u64, u64),
    /// The SHA-256 of those bytes in base64, if the client knows it.
    pub checksum_sha256: Option<&'a str>,
    /// The value of [`Attachment::HEADER`], if there is anything to carry.
    pub attachment: Option<&'a str>,
    /// How long it may be used; less where the credentials end earlier.
    pub expires_in: Duration,
}

/// A form that S3 will take from anyone. Unlike a signed `PUT` it may be sent again, and then
/// replaces the object: S3 has no condition for forms.
#[derive(Debug, Clone)]
pub struct SignedPost {
    /// Where to send it, as `multipart/form-data`.
    pub url: String,
    /// Every field that goes before the one named `file`.
    pub fields: BTreeMap<String, String>,
    /// Until when.
    pub expires_at: OffsetDateTime,
}

impl UploadSigner {
    /// Signs a form with exact key and type, bounds on the file's size and, where given, checksum
    /// and attachment.
    ///
    /// # Errors
    /// `Forbidden` if there are no credentials, or they end now; `Invalid` if the bucket has no
    /// address.
    pub async fn sign_post(&self, terms: &PostTerms<'_>) -> Result<SignedPost, CloudError> {
        let validity = self.presigner.validity(OPERATION, terms.expires_in).await?;
        let signer = self.presigner.signer();
        let expires_at = validity.expires_at();
        let mut fields = terms.fields();
        fields.extend(signature_fields(signer, &validity));
        let bucket = self.presigner.bucket();
        let policy = policy(bucket, &fields, terms.sizes, expires_at)?;
        // The signature of a form is that of its policy, as it is sent.
        let signature = signer.sign(&validity.credentials, &validity.stamp, &policy);
        fields.insert("x-amz-signature".to_owned(), signature);
        fields.insert("policy".to_owned(), policy);
        Ok(SignedPost {
            url: self.presigner.address().await?.url.clone(),
            fields,
            expires_at,
        })
    }
}

impl PostTerms<'_> {
    fn fields(&self) -> BTreeMap<String, String> {
        let given = [
            ("key", Some(self.key)),
            ("Content-Type", Some(self.content_type)),
            ("x-amz-checksum-sha256", self.checksum_sha256),
            (Attachment::HEADER, self.attachment),
            // Without it S3 answers 204; a body tells more to a person who reads it.
            ("success_action_status", Some("201")),
        ];
        given
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect()
    }
}

/// Who signs, where and when.
fn signature_fields(signer: &Signer, validity: &Validity) -> Vec<(String, String)> {
    let Validity {
        credentials, stamp, ..
    } = validity;
    let credential = signer.credential(credentials, stamp);
    let mut fields = vec![
        ("x-amz-algorithm".to_owned(), ALGORITHM.to_owned()),
        ("x-amz-credential".to_owned(), credential),
        ("x-amz-date".to_owned(), stamp.instant.clone()),
    ];
    if let Some(token) = credentials.session_token() {
        fields.push(("x-amz-security-token".to_owned(), token.to_owned()));
    }
    fields
}

/// Every field is held to exactly the value it has, in base64 as the form carries it.
fn policy(
    bucket: &str,
    fields: &BTreeMap<String, String>,
    (fewest, most): (u64, u64),
    expires_at: OffsetDateTime,
) -> Result<String, CloudError> {
    let exact = fields
        .iter()
        .map(|(name, value)| json!({ name.as_str(): value }));
    let mut conditions: Vec<Value> = exact.collect();
    conditions.push(json!({ "bucket": bucket }));
    conditions.push(json!(["content-length-range", fewest, most]));
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
    use aws_credential_types::Credentials;
    use darkroom_contract::StorageSettings;
    use time::macros::datetime;

    use super::*;
    use crate::sigv4::Stamp;
    use crate::{Connection, Endpoints};

    /// "Example: Browser-Based Upload using HTTP POST" in the S3 API reference.
    #[test]
    fn the_signature_is_the_one_of_awss_worked_example() {
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
        let credentials = Credentials::new(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            None,
            None,
            "example",
        );
        let signer = Signer::new("us-east-1");
        let stamp = Stamp::of(datetime!(2015-12-29 00:00 UTC).into());
        assert_eq!(
            signer.credential(&credentials, &stamp),
            "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"
        );
        assert_eq!(stamp.instant, "20151229T000000Z");
        assert_eq!(
            signer.sign(&credentials, &stamp, POLICY),
            "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
        );
    }

    async fn signed() -> SignedPost {
        let endpoints = Endpoints {
            s3: "http://s3.internal:9000".to_owned(),
            sqs: "http://sqs.internal:9001".to_owned(),
            access_key: "AKID".to_owned(),
            secret_key: "secret".to_owned(),
            region: "eu-central-1".to_owned(),
        };
        let storage = StorageSettings {
            public_endpoint: Some("https://images.example".to_owned()),
            ..StorageSettings::default()
        };
        let signer = Connection::to(&endpoints, &storage).await.signer("raw");
        let terms = PostTerms {
            key: "raw/avatar/u1/x",
            content_type: "image/png",
            sizes: (1, 1000),
            checksum_sha256: None,
            attachment: Some(r#"{"metadata":{"a":"7"}}"#),
            expires_in: Duration::from_secs(60),
        };
        signer.sign_post(&terms).await.unwrap()
    }

    #[tokio::test]
    async fn every_field_is_held_to_its_value() {
        let form = signed().await;
        assert_eq!(form.url, "https://images.example/raw/");
        let policy = STANDARD.decode(&form.fields["policy"]).unwrap();
        let policy: Value = serde_json::from_slice(&policy).unwrap();
        let conditions = policy["conditions"].as_array().unwrap();
        for (name, value) in &form.fields {
            let is_held = conditions.contains(&json!({ name.as_str(): value }));
            let is_the_signature = name == "policy" || name == "x-amz-signature";
            assert_ne!(is_held, is_the_signature, "{name}");
        }
        assert!(conditions.contains(&json!({"bucket": "raw"})));
        assert!(conditions.contains(&json!(["content-length-range", 1, 1000])));
    }
}
