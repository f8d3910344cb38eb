//! Cross-origin requests, as S3 answers them.
//!
//! A bucket's own CORS configuration decides; a bucket without one gets the default, which lets the issuer's pages
//! and any page of this machine upload and read. Rules are matched as the S3 user guide says ("How does Amazon S3
//! evaluate the CORS configuration on a bucket?"): the first rule that fits origin, method and every header.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use s3s::Body;
use s3s::dto::{CORSConfiguration, CORSRule};

use super::store::Store;

/// CORS for all buckets.
#[derive(Clone, Debug)]
pub(crate) struct Cors {
    store: Arc<Store>,
    default: Arc<CORSConfiguration>,
}

impl Cors {
    /// `origins` may upload to and read from buckets without rules of their own, as may every origin on localhost.
    pub(crate) fn new(store: Arc<Store>, origins: &[String]) -> Self {
        let local = [
            "http://localhost",
            "http://localhost:*",
            "http://127.0.0.1",
            "http://127.0.0.1:*",
        ];
        let local = local.into_iter().map(str::to_owned);
        let rule = CORSRule {
            allowed_headers: Some(vec!["*".into()]),
            allowed_methods: ["GET", "HEAD", "PUT", "POST", "DELETE"]
                .map(str::to_owned)
                .to_vec(),
            allowed_origins: origins.iter().cloned().chain(local).collect(),
            expose_headers: Some(vec!["ETag".into()]),
            id: None,
            max_age_seconds: Some(3000),
        };
        Self {
            store,
            default: Arc::new(CORSConfiguration {
                cors_rules: vec![rule],
            }),
        }
    }

    /// The answer to a preflight, or `None` where the request is not one.
    pub(crate) fn preflight<B>(&self, request: &Request<B>) -> Option<Response<Body>> {
        let headers = request.headers();
        let wanted = headers.get(header::ACCESS_CONTROL_REQUEST_METHOD)?;
        let origin = headers.get(header::ORIGIN)?;
        if request.method() != Method::OPTIONS {
            return None;
        }
        let rules = self.rules(request.uri().path());
        let asked = requested_headers(headers);
        let fits = |rule: &&CORSRule| {
            allows(rule, origin, wanted.to_str().unwrap_or_default())
                && asked.iter().all(|name| allows_header(rule, name))
        };
        let mut response = Response::new(Body::empty());
        match rules.cors_rules.iter().find(fits) {
            Some(rule) => {
                describe(rule, origin, response.headers_mut());
                if let Ok(names) = HeaderValue::from_str(&asked.join(", "))
                    && !asked.is_empty()
                {
                    response
                        .headers_mut()
                        .insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
                }
            }
            None => {
                *response.status_mut() = StatusCode::FORBIDDEN;
                *response.body_mut() = Body::from(FORBIDDEN.to_owned());
                let xml = HeaderValue::from_static("application/xml");
                response.headers_mut().insert(header::CONTENT_TYPE, xml);
            }
        }
        Some(response)
    }

    /// Lets the page at `origin` read the answer to its request, where a rule allows it. Errors included: a page must
    /// be able to tell an expired URL from a broken network.
    pub(crate) fn mark(
        &self,
        path: &str,
        method: &Method,
        origin: &HeaderValue,
        answer: &mut HeaderMap,
    ) {
        let rules = self.rules(path);
        if let Some(rule) = rules
            .cors_rules
            .iter()
            .find(|rule| allows(rule, origin, method.as_str()))
        {
            describe(rule, origin, answer);
        }
    }

    fn rules(&self, path: &str) -> Arc<CORSConfiguration> {
        let name = path
            .trim_start_matches('/')
            .split('/')
            .next()
            .unwrap_or_default();
        let own = self
            .store
            .bucket(name)
            .ok()
            .and_then(|bucket| bucket.settings.cors());
        own.unwrap_or_else(|| Arc::clone(&self.default))
    }
}

const FORBIDDEN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>AccessForbidden</Code>\
    <Message>CORSResponse: This CORS request is not allowed. This is usually because the evaluation of Origin, \
    request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the \
    resource's CORS spec.</Message></Error>";

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

fn allows(rule: &CORSRule, origin: &HeaderValue, method: &str) -> bool {
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let origin_fits = rule
        .allowed_origins
        .iter()
        .any(|pattern| matches(pattern, origin));
    origin_fits && rule.allowed_methods.iter().any(|allowed| allowed == method)
}

fn allows_header(rule: &CORSRule, name: &str) -> bool {
    let mut patterns = rule.allowed_headers.iter().flatten();
    patterns.any(|pattern| matches(&pattern.to_ascii_lowercase(), name))
}

/// A pattern may hold one `*`, which stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
        None => pattern == text,
    }
}

fn describe(rule: &CORSRule, origin: &HeaderValue, answer: &mut HeaderMap) {
    let anyone = rule.allowed_origins.iter().any(|pattern| pattern == "*");
    let mut add = |name: HeaderName, value: Option<HeaderValue>| {
        value.map(|value| answer.insert(name, value))
    };
    if anyone {
        add(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            Some(HeaderValue::from_static("*")),
        );
    } else {
        add(header::ACCESS_CONTROL_ALLOW_ORIGIN, Some(origin.clone()));
        add(
            header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            Some(HeaderValue::from_static("true")),
        );
    }
    add(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_str(&rule.allowed_methods.join(", ")).ok(),
    );
    if let Some(names) = rule
        .expose_headers
        .as_ref()
        .filter(|names| !names.is_empty())
    {
        add(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_str(&names.join(", ")).ok(),
        );
    }
    add(
        header::ACCESS_CONTROL_MAX_AGE,
        rule.max_age_seconds.map(HeaderValue::from),
    );
    let vary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
    add(header::VARY, Some(HeaderValue::from_static(vary)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_star_stands_for_anything() {
        assert!(matches("*", "https://example.org"));
        assert!(matches("http://localhost:*", "http://localhost:8080"));
        assert!(!matches(
            "http://localhost:*",
            "http://localhost.evil.example"
        ));
        assert!(matches("https://*.example.org", "https://a.example.org"));
        assert!(!matches("https://*.example.org", "https://example.org"));
        assert!(!matches("ab*ba", "aba"));
    }
}
