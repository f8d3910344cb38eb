//! The checksums of request bodies.

use http::HeaderMap;
use s3s::checksum::ChecksumHasher;
use s3s::dto::ChecksumAlgorithm;
use s3s::{S3Result, TrailingHeaders, s3_error};

use super::attributes::Checksums;
use super::staging::StagedBody;

const HEADER_PREFIX: &str = "x-amz-checksum-";

/// The checksums and the length that the body of a request must have.
#[derive(Debug, Default)]
pub(crate) struct ExpectedBody {
    /// The checksums in headers.
    pub(crate) checksums: Checksums,
    pub(crate) content_md5: Option<String>,
    /// `x-amz-sdk-checksum-algorithm`.
    pub(crate) algorithm: Option<ChecksumAlgorithm>,
    /// `x-amz-trailer`, the name of the header that follows the body.
    pub(crate) trailer: Option<String>,
    pub(crate) trailers: Option<TrailingHeaders>,
    /// The length of the body, if known.
    pub(crate) bytes: Option<u64>,
}

impl ExpectedBody {
    /// Returns a hasher that computes every checksum that the request names.
    pub(crate) fn hasher(&self) -> ChecksumHasher {
        let mut hasher = ChecksumHasher::default();
        for (name, value) in self.checksums.named() {
            if value.is_some() {
                enable(&mut hasher, name);
            }
        }
        let algorithm = self
            .algorithm
            .as_ref()
            .map(|algorithm| algorithm.as_str().to_ascii_lowercase());
        let trailer = self
            .trailer
            .as_deref()
            .and_then(|name| name.trim().strip_prefix(HEADER_PREFIX));
        algorithm
            .as_deref()
            .into_iter()
            .chain(trailer)
            .for_each(|name| enable(&mut hasher, name));
        hasher
    }

    /// Errors with `IncompleteBody` if the body does not have the expected length, and with
    /// `BadDigest` if it does not have an expected checksum.
    pub(crate) fn verify(&self, staged: &StagedBody) -> S3Result<()> {
        if self.bytes.is_some_and(|bytes| bytes != staged.size) {
            return Err(s3_error!(IncompleteBody));
        }
        if self
            .content_md5
            .as_ref()
            .is_some_and(|md5| *md5 != staged.md5_base64())
        {
            return Err(s3_error!(
                BadDigest,
                "The Content-MD5 you specified did not match what was received"
            ));
        }
        let trailers = self
            .trailers
            .as_ref()
            .and_then(TrailingHeaders::take)
            .unwrap_or_default();
        for ((name, given), (_, computed)) in self
            .checksums
            .named()
            .into_iter()
            .zip(staged.checksums.named())
        {
            let trailing = trailing(&trailers, name);
            let expected = given.or(trailing.as_ref());
            if expected.is_some() && expected != computed {
                return Err(s3_error!(
                    BadDigest,
                    "The {name} you specified did not match what was received"
                ));
            }
        }
        Ok(())
    }
}

fn trailing(trailers: &HeaderMap, name: &str) -> Option<String> {
    let value = trailers.get(format!("{HEADER_PREFIX}{name}"))?;
    value.to_str().ok().map(str::to_owned)
}

fn enable(hasher: &mut ChecksumHasher, name: &str) {
    match name {
        "crc32" => hasher.crc32 = Some(Default::default()),
        "crc32c" => hasher.crc32c = Some(Default::default()),
        "crc64nvme" => hasher.crc64nvme = Some(Default::default()),
        "sha1" => hasher.sha1 = Some(Default::default()),
        "sha256" => hasher.sha256 = Some(Default::default()),
        _ => {}
    }
}

impl Checksums {
    /// Returns each checksum with its name, which follows [`HEADER_PREFIX`] in its header.
    fn named(&self) -> [(&'static str, Option<&String>); 5] {
        [
            ("crc32", self.crc32.as_ref()),
            ("crc32c", self.crc32c.as_ref()),
            ("crc64nvme", self.crc64nvme.as_ref()),
            ("sha1", self.sha1.as_ref()),
            ("sha256", self.sha256.as_ref()),
        ]
    }
}
