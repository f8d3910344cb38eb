//! Cross-origin requests.
//!
//! A bucket's own CORS rules apply. A bucket without rules gets the default rule. It permits the
//! configured origins, and the `http` origins of localhost and 127.0.0.1, to read, upload and
//! delete.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use s3s::Body;
use s3s::dto::{CORSConfiguration, CORSRule};

use super::cors_headers;
use super::cors_rule;
use super::error_document::ErrorDocument;
use super::store::Store;

const LOCAL_ORIGINS: [&str; 4] = [
    "http://localhost",
    "http://localhost:*",
    "http://127.0.0.1",
    "http://127.0.0.1:*",
];

const FORBIDDEN: &str = "CORSResponse: This CORS request is not allowed. This is usually because the evaluation \
    of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted \
    by the resource's CORS spec.";

/// The CORS rules of all buckets.
#[derive(Clone, Debug)]
pub(crate) struct Cors {
    store: Arc<Store>,
    default: Arc<CORSConfiguration>,
}

impl Cors {
    /// Creates the CORS rules of the store's buckets. `origins` are permitted by default.
    pub(crate) fn new(store: Arc<Store>, origins: &[String]) -> Self {
        let local = LOCAL_ORIGINS.into_iter().map(str::to_owned);
        let methods = ["GET", "HEAD", "PUT", "POST", "DELETE"];
        let rule = CORSRule {
            allowed_headers: Some(vec!["*".into()]),
            allowed_methods: methods.map(str::to_owned).to_vec(),
            allowed_origins: origins.iter().cloned().chain(local).collect(),
            expose_headers: Some(vec!["ETag".into()]),
            id: None,
            max_age_seconds: Some(3000),
        };
        let default = CORSConfiguration {
            cors_rules: vec![rule],
        };
        Self {
            store,
            default: Arc::new(default),
        }
    }

    /// Returns the response to a preflight request, or `None` for any other request.
    pub(crate) fn preflight<B>(&self, request: &Request<B>) -> Option<Response<Body>> {
        let headers = request.headers();
        let method = headers.get(header::ACCESS_CONTROL_REQUEST_METHOD)?;
        let origin = headers.get(header::ORIGIN)?;
        if request.method() != Method::OPTIONS {
            return None;
        }
        let rules = self.rules(request.uri().path());
        let names = requested_headers(headers);
        let matches = |rule: &&CORSRule| {
            cors_rule::permits(rule, origin, method.to_str().unwrap_or_default())
                && names
                    .iter()
                    .all(|name| cors_rule::permits_header(rule, name))
        };
        let rule = rules.cors_rules.iter().find(matches);
        Some(rule.map_or_else(forbidden, |rule| {
            cors_headers::preflight_response(rule, origin, &names)
        }))
    }

    /// Adds the headers that let the page at `origin` read a response, if a rule permits it. Error
    /// responses get these headers too, so that a page can tell an expired URL from a broken
    /// network.
    pub(crate) fn add_headers(
        &self,
        path: &str,
        method: &Method,
        origin: &HeaderValue,
        headers: &mut HeaderMap,
    ) {
        let rules = self.rules(path);
        let mut rules = rules.cors_rules.iter();
        if let Some(rule) = rules.find(|rule| cors_rule::permits(rule, origin, method.as_str())) {
            cors_headers::add(rule, origin, headers);
        }
    }

    fn rules(&self, path: &str) -> Arc<CORSConfiguration> {
        let path = path.trim_start_matches('/');
        let bucket = path.split('/').next().unwrap_or_default();
        let own = self.store.bucket(bucket).ok();
        let own = own.and_then(|bucket| bucket.settings.cors.get());
        own.unwrap_or_else(|| Arc::clone(&self.default))
    }
}

fn forbidden() -> Response<Body> {
    ErrorDocument::new(StatusCode::FORBIDDEN, "AccessForbidden", FORBIDDEN).into_response()
}

fn requested_headers(headers: &HeaderMap) -> Vec<String> {
    let lists = headers
        .get_all(header::ACCESS_CONTROL_REQUEST_HEADERS)
        .iter();
    let names = lists
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split(','));
    names
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect()
}
