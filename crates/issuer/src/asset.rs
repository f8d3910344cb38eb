//! Files that are part of the program, and their caching (RFC 9111).

use std::sync::Arc;

use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::state::AppState;

/// The number of hex digits of a digest in an entity tag or in a path.
const DIGITS: usize = 16;

/// The time for which caches may use a file without asking the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// Caches ask each time. If the file has not changed, the response is `304` without a body.
    Revalidated,
    /// Caches keep the file for a year, because its path changes with its content.
    Immutable,
}

/// A file that the service serves.
#[derive(Debug, Clone)]
pub(crate) struct Asset {
    content_type: &'static str,
    content: Bytes,
    etag: HeaderValue,
}

impl Asset {
    /// Creates an asset from a file that the program contains.
    pub(crate) fn new(path: &str, content: &'static [u8]) -> Self {
        let etag = format!("\"{}\"", digest([content]));
        Self {
            content_type: content_type(path),
            content: Bytes::from_static(content),
            // Quotes and hex digits are always a valid header value.
            etag: HeaderValue::from_str(&etag).unwrap_or(HeaderValue::from_static("\"\"")),
        }
    }

    /// Returns a route that serves the file with further headers.
    pub(crate) fn route(
        self,
        freshness: Freshness,
        further: HeaderMap,
    ) -> MethodRouter<Arc<AppState>> {
        get(async move |headers: HeaderMap| self.respond(freshness, &further, &headers))
    }

    fn respond(&self, freshness: Freshness, further: &HeaderMap, request: &HeaderMap) -> Response {
        let cache_control = match freshness {
            Freshness::Revalidated => "no-cache",
            Freshness::Immutable => "public, max-age=31536000, immutable",
        };
        let headers = [
            (
                header::CACHE_CONTROL,
                HeaderValue::from_static(cache_control),
            ),
            (header::ETAG, self.etag.clone()),
        ];
        if is_current(request, &self.etag) {
            return (StatusCode::NOT_MODIFIED, headers, further.clone()).into_response();
        }
        let content_type = [(header::CONTENT_TYPE, self.content_type)];
        let content = self.content.clone();
        (headers, further.clone(), content_type, content).into_response()
    }
}

/// Returns the beginning of the SHA-256 of texts, in hex.
pub(crate) fn digest<'a>(texts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text);
    }
    let mut hex = hex::encode(digest.finalize());
    hex.truncate(DIGITS);
    hex
}

/// Returns `true` if the client already has the file (RFC 9110, section 13.1.2).
fn is_current(request: &HeaderMap, etag: &HeaderValue) -> bool {
    let lists = request.get_all(header::IF_NONE_MATCH).iter();
    let lists = lists.filter_map(|list| list.to_str().ok());
    let mut tags = lists.flat_map(|list| list.split(','));
    // Proxies that compress a response mark its entity tag as weak.
    tags.any(|tag| {
        let tag = tag.trim().trim_start_matches("W/");
        tag == "*" || etag == tag
    })
}

/// Returns the media type for the extension of a path.
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("ts") => "application/typescript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("jpg") => "image/jpeg",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_has_the_file_does_not_get_it_again() {
        let asset = Asset::new("a.js", b"export {};");
        let etag = asset.etag.to_str().unwrap();
        for (tags, status) in [
            ("", 200),
            ("\"other\"", 200),
            (etag, 304),
            (&format!("\"other\", W/{etag}"), 304),
            ("*", 304),
        ] {
            let request = HeaderMap::from_iter([(header::IF_NONE_MATCH, tags.parse().unwrap())]);
            let response = asset.respond(Freshness::Revalidated, &HeaderMap::new(), &request);
            assert_eq!(response.status(), status, "{tags}");
            assert_eq!(response.headers()[header::ETAG], asset.etag);
        }
    }

    #[test]
    fn another_content_has_another_entity_tag() {
        let tag = |content| Asset::new("a.js", content).etag;
        assert_ne!(tag(b"1"), tag(b"2"));
        assert_eq!(tag(b"1"), tag(b"1"));
    }
}
