//! Presigned URLs.
//!
//! See "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)" in the S3 API
//! reference.

use std::collections::BTreeMap;
use std::fmt::Write;

use aws_credential_types::Credentials;
use darkroom_contract::sha256_hex;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::address::Address;
use super::sigv4::{ALGORITHM, Signer, SigningTime};

/// The characters to encode in a query: all except the unreserved ones of RFC 3986.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// The characters to encode in a key. Unlike other services, S3 expects slashes as they are, and
/// all other reserved characters encoded only once.
const PATH: &AsciiSet = &QUERY.remove(b'/');

/// The request that a presigned URL permits.
pub(super) struct Request<'a> {
    pub(super) method: &'static str,
    pub(super) key: &'a str,
    /// Query parameters in addition to those of the signature.
    pub(super) query: &'a [(&'a str, &'a str)],
    /// Headers that the client must send with exactly these values. The names are in lower case.
    /// The values contain no repeated spaces.
    pub(super) headers: &'a BTreeMap<&'a str, &'a str>,
    pub(super) expires_in_seconds: u64,
}

/// Returns the URL that permits `request` on the bucket at `address`.
pub(super) fn presigned_url(
    signer: &Signer,
    credentials: &Credentials,
    time: &SigningTime,
    address: &Address,
    request: &Request<'_>,
) -> String {
    let Address { url, host, path } = address;
    let mut headers = request.headers.clone();
    headers.insert("host", host);
    let names: Vec<&str> = headers.keys().copied().collect();
    let names = names.join(";");
    let query = canonical_query(signer, credentials, time, request, &names);
    let key = utf8_percent_encode(request.key, PATH);
    let mut canonical = format!("{}\n{path}{key}\n{query}\n", request.method);
    for (name, value) in &headers {
        // Writing to a string cannot fail.
        let _ = writeln!(canonical, "{name}:{}", value.trim_matches(' '));
    }
    let _ = write!(canonical, "\n{names}\nUNSIGNED-PAYLOAD");
    let (date, scope) = (&time.amz_date, signer.scope(time));
    let digest = sha256_hex(canonical.as_bytes());
    let string_to_sign = format!("{ALGORITHM}\n{date}\n{scope}\n{digest}");
    let signature = signer.sign(credentials, time, &string_to_sign);
    format!("{url}{key}?{query}&X-Amz-Signature={signature}")
}

/// Returns the query string, sorted by name as the signature requires.
fn canonical_query(
    signer: &Signer,
    credentials: &Credentials,
    time: &SigningTime,
    request: &Request<'_>,
    signed_headers: &str,
) -> String {
    let credential = signer.credential(credentials, time);
    let expires = request.expires_in_seconds.to_string();
    let mut parameters = vec![
        ("X-Amz-Algorithm", ALGORITHM),
        ("X-Amz-Credential", &credential),
        ("X-Amz-Date", &time.amz_date),
        ("X-Amz-Expires", &expires),
        ("X-Amz-SignedHeaders", signed_headers),
    ];
    parameters.extend(request.query);
    if let Some(token) = credentials.session_token() {
        parameters.push(("X-Amz-Security-Token", token));
    }
    parameters.sort_unstable();
    let mut query = String::with_capacity(256);
    for (name, value) in parameters {
        let separator = if query.is_empty() { "" } else { "&" };
        let value = utf8_percent_encode(value, QUERY);
        let _ = write!(query, "{separator}{name}={value}");
    }
    query
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::presign::sigv4::tests::{EXAMPLE_SECRET, example_credentials};

    /// The example of "Authenticating Requests: Using Query Parameters" in the S3 API reference.
    #[test]
    fn a_url_equals_the_worked_example_of_aws() {
        let address = Address::parse("https://examplebucket.s3.amazonaws.com/").unwrap();
        let time = SigningTime::new(datetime!(2013-05-24 00:00 UTC).into());
        let request = Request {
            method: "GET",
            key: "test.txt",
            query: &[],
            headers: &BTreeMap::new(),
            expires_in_seconds: 86_400,
        };
        let signer = Signer::new("us-east-1");
        let credentials = example_credentials(EXAMPLE_SECRET);
        assert_eq!(
            presigned_url(&signer, &credentials, &time, &address, &request),
            "https://examplebucket.s3.amazonaws.com/test.txt\
             ?X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
             &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        );
    }
}
