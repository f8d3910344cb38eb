//! Signature version 4: what it is over and what it is made with.
//!
//! "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)" in the S3 API
//! reference. The SDK signs such URLs too, but takes twenty times as long: it builds and takes
//! apart a whole request, and derives the day's key anew for each.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use darkroom_contract::sha256_hex;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use time::OffsetDateTime;

pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SERVICE: &str = "s3";

/// Everything but the unreserved characters of RFC 3986.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// S3 does not encode the slashes of a key, nor the rest of it twice.
const PATH: &AsciiSet = &QUERY.remove(b'/');

/// Signs for one region.
pub(crate) struct Signer {
    region: String,
    /// The key of a day, for as long as the secret stays the same.
    day_key: Mutex<Option<Arc<DayKey>>>,
}

struct DayKey {
    secret: String,
    day: String,
    key: Vec<u8>,
}

/// A moment as signatures write it.
pub(crate) struct Stamp {
    at: SystemTime,
    /// `20130524T000000Z`
    pub(crate) instant: String,
}

/// A request that anyone may send who has its URL.
pub(crate) struct Presignable<'a> {
    pub(crate) method: &'a str,
    /// Scheme and host of the bucket, and the path that its keys are below, ending with a slash.
    pub(crate) address: &'a Address,
    pub(crate) key: &'a str,
    /// Parameters of the request's own.
    pub(crate) query: &'a [(&'a str, &'a str)],
    /// Headers that have to be sent just so; names in lower case, values without runs of spaces.
    pub(crate) headers: &'a BTreeMap<&'a str, &'a str>,
    pub(crate) expires_in_seconds: u64,
}

/// Where the objects of a bucket are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// `https://bucket.s3.eu-central-1.amazonaws.com/` or `http://localhost:9000/bucket/`.
    pub(crate) url: String,
    host: String,
    path: String,
}

impl Address {
    /// Takes a URL that ends with a slash apart; a port that the scheme has anyway is left out, as
    /// clients leave it out of `Host`.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (host, path) = rest.split_once('/')?;
        let default_port = if scheme == "https" { ":443" } else { ":80" };
        Some(Self {
            url: url.to_owned(),
            host: host.strip_suffix(default_port).unwrap_or(host).to_owned(),
            path: format!("/{path}"),
        })
    }
}

impl Stamp {
    pub(crate) fn of(at: SystemTime) -> Self {
        let time = OffsetDateTime::from(at);
        let (hour, minute, second) = time.to_hms();
        let instant = format!(
            "{:04}{:02}{:02}T{hour:02}{minute:02}{second:02}Z",
            time.year(),
            u8::from(time.month()),
            time.day()
        );
        Self { at, instant }
    }

    fn day(&self) -> &str {
        self.instant.split('T').next().unwrap_or_default()
    }
}

impl Signer {
    pub(crate) fn new(region: &str) -> Self {
        Self {
            region: region.to_owned(),
            day_key: Mutex::default(),
        }
    }

    /// What a signature is good for: a day, a region, a service.
    fn scope(&self, stamp: &Stamp) -> String {
        format!("{}/{}/{SERVICE}/aws4_request", stamp.day(), self.region)
    }

    /// Who signed, and the scope.
    pub(crate) fn credential(&self, credentials: &Credentials, stamp: &Stamp) -> String {
        format!("{}/{}", credentials.access_key_id(), self.scope(stamp))
    }

    /// The signature of a text.
    pub(crate) fn sign(&self, credentials: &Credentials, stamp: &Stamp, text: &str) -> String {
        let day_key = self.day_key(credentials.secret_access_key(), stamp);
        calculate_signature(&day_key.key, text.as_bytes())
    }

    /// The URL that is good without credentials.
    pub(crate) fn presign(
        &self,
        credentials: &Credentials,
        stamp: &Stamp,
        request: &Presignable<'_>,
    ) -> String {
        let Address { url, host, path } = request.address;
        let mut headers = request.headers.clone();
        headers.insert("host", host);
        let names: Vec<&str> = headers.keys().copied().collect();
        let names = names.join(";");
        let query = self.query(credentials, stamp, request, &names);
        let key = utf8_percent_encode(request.key, PATH);
        let mut canonical = format!("{}\n{path}{key}\n{query}\n", request.method);
        for (name, value) in &headers {
            // Writing to a text does not fail.
            let _ = writeln!(canonical, "{name}:{}", value.trim_matches(' '));
        }
        let _ = write!(canonical, "\n{names}\nUNSIGNED-PAYLOAD");
        let (instant, scope) = (&stamp.instant, self.scope(stamp));
        let digest = sha256_hex(canonical.as_bytes());
        let text = format!("{ALGORITHM}\n{instant}\n{scope}\n{digest}");
        let signature = self.sign(credentials, stamp, &text);
        format!("{url}{key}?{query}&X-Amz-Signature={signature}")
    }

    /// In the order of names, which is how it is signed.
    fn query(
        &self,
        credentials: &Credentials,
        stamp: &Stamp,
        request: &Presignable<'_>,
        signed_headers: &str,
    ) -> String {
        let credential = self.credential(credentials, stamp);
        let expires = request.expires_in_seconds.to_string();
        let mut parameters = vec![
            ("X-Amz-Algorithm", ALGORITHM),
            ("X-Amz-Credential", &credential),
            ("X-Amz-Date", &stamp.instant),
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

    fn day_key(&self, secret: &str, stamp: &Stamp) -> Arc<DayKey> {
        let mut day_key = self.day_key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*day_key
            && known.day == stamp.day()
            && known.secret == secret
        {
            return Arc::clone(known);
        }
        let key = generate_signing_key(secret, stamp.at, &self.region, SERVICE);
        let new = Arc::new(DayKey {
            secret: secret.to_owned(),
            day: stamp.day().to_owned(),
            key: key.as_ref().to_vec(),
        });
        *day_key = Some(Arc::clone(&new));
        new
    }
}

/// Without the key, which is as good as the secret.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let region = &self.region;
        f.debug_struct("Signer").field("region", region).finish()
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn example(secret: &str) -> Credentials {
        Credentials::new("AKIAIOSFODNN7EXAMPLE", secret, None, None, "example")
    }

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    fn presigned(signer: &Signer, credentials: &Credentials) -> String {
        let address = Address::parse("https://examplebucket.s3.amazonaws.com/").unwrap();
        let stamp = Stamp::of(datetime!(2013-05-24 00:00 UTC).into());
        let request = Presignable {
            method: "GET",
            address: &address,
            key: "test.txt",
            query: &[],
            headers: &BTreeMap::new(),
            expires_in_seconds: 86_400,
        };
        signer.presign(credentials, &stamp, &request)
    }

    /// The example of "Authenticating Requests: Using Query Parameters" in the S3 API reference.
    #[test]
    fn a_url_is_the_one_of_awss_worked_example() {
        let url = presigned(&Signer::new("us-east-1"), &example(SECRET));
        assert_eq!(
            url,
            "https://examplebucket.s3.amazonaws.com/test.txt\
             ?X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
             &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        );
    }

    #[test]
    fn the_key_of_a_day_is_derived_anew_for_another_secret() {
        let signer = Signer::new("us-east-1");
        let first = presigned(&signer, &example(SECRET));
        let other = presigned(&signer, &example("another"));
        assert_ne!(first, other);
        assert_eq!(first, presigned(&signer, &example(SECRET)));
    }

    #[test]
    fn an_address_has_the_host_that_clients_send() {
        for (url, host, path) in [
            ("https://b.s3.amazonaws.com/", "b.s3.amazonaws.com", "/"),
            ("http://localhost:9000/b/", "localhost:9000", "/b/"),
            ("https://s3.example:443/b/", "s3.example", "/b/"),
            ("http://s3.example:443/b/", "s3.example:443", "/b/"),
        ] {
            let address = Address::parse(url).unwrap();
            assert_eq!((&*address.host, &*address.path), (host, path));
        }
        assert_eq!(Address::parse("no address"), None);
    }
}
