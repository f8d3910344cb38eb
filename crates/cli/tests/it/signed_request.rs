//! Requests that are signed with Signature Version 4, for operations that the project never uses.

use darkroom_cloud::Endpoints;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Method, Response};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::format_description;

/// Sends an S3 request for a bucket. `query` is one parameter without a value, such as
/// `notification`.
pub(crate) async fn s3(
    endpoints: &Endpoints,
    method: Method,
    bucket: &str,
    query: &str,
    body: &str,
) -> Response {
    let Endpoints {
        s3: url,
        region,
        access_key,
        secret_key,
        ..
    } = endpoints;
    let host = url.trim_start_matches("http://");
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    let now = OffsetDateTime::now_utc().format(format).unwrap();
    let day = &now[..8];
    let digest = hex(&Sha256::digest(body));
    let headers = "host;x-amz-content-sha256;x-amz-date";
    let canonical = format!(
        "{method}\n/{bucket}\n{query}=\nhost:{host}\nx-amz-content-sha256:{digest}\n\
         x-amz-date:{now}\n\n{headers}\n{digest}"
    );
    let scope = format!("{day}/{region}/s3/aws4_request");
    let canonical = hex(&Sha256::digest(canonical));
    let to_sign = format!("AWS4-HMAC-SHA256\n{now}\n{scope}\n{canonical}");
    let parts = [day, region, "s3", "aws4_request"];
    let key = parts
        .iter()
        .fold(format!("AWS4{secret_key}").into_bytes(), |key, part| {
            hmac(&key, part)
        });
    let signature = hex(&hmac(&key, &to_sign));
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={headers}, \
         Signature={signature}"
    );
    let request = reqwest::Client::new().request(method, format!("{url}/{bucket}?{query}="));
    request
        .header("authorization", authorization)
        .header("x-amz-content-sha256", digest)
        .header("x-amz-date", now)
        .body(body.to_owned())
        .send()
        .await
        .unwrap()
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
