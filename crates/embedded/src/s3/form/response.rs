//! The response to a form.

use std::io::Write;

use http::{HeaderValue, Response, StatusCode, header, request};
use percent_encoding::utf8_percent_encode;
use s3s::Body;
use s3s::xml::{SerResult, Serialize, SerializeContent, Serializer};

use super::fields::Fields;
use crate::s3::error_document::xml_response;
use crate::s3::operations::URL;

/// The response that a form requests for a successful upload.
#[derive(Debug)]
pub(crate) struct FormResponse {
    bucket: String,
    key: String,
    /// The URL of the object.
    location: String,
    /// `success_action_redirect`, or `redirect` if the form has no such field. `None` if the value
    /// is not a URL.
    redirect: Option<String>,
    /// `success_action_status`.
    status: Option<String>,
}

/// The XML document in a response with status 201.
struct PostResponse<'a> {
    form: &'a FormResponse,
    etag: &'a str,
}

impl FormResponse {
    pub(super) fn new(parts: &request::Parts, fields: &Fields) -> Self {
        let bucket = parts.uri.path().trim_matches('/').to_owned();
        let host = parts.headers.get(header::HOST);
        let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
        let key = fields.get("key").unwrap_or_default().to_owned();
        let location = format!("http://{host}/{bucket}/{}", utf8_percent_encode(&key, URL));
        let redirect = fields.get("success_action_redirect");
        let redirect = redirect.or_else(|| fields.get("redirect"));
        let is_url = |url: &&str| url.starts_with("http://") || url.starts_with("https://");
        Self {
            redirect: redirect.filter(is_url).map(str::to_owned),
            status: fields.get("success_action_status").map(str::to_owned),
            bucket,
            key,
            location,
        }
    }

    /// Replaces the response of `s3s` to a successful upload. The ETag comes from the headers of
    /// that response. Returns all other responses unchanged.
    pub(crate) fn apply(&self, response: Response<Body>) -> Response<Body> {
        let status = response.status();
        let etag = response.headers().get(header::ETAG);
        let etag = etag.and_then(|etag| Some(etag.to_str().ok()?.to_owned()));
        let Some(etag) = etag.filter(|_| status.is_success() || status.is_redirection()) else {
            return response;
        };
        let mut response = match (&self.redirect, self.status.as_deref()) {
            (Some(_), _) => empty(StatusCode::SEE_OTHER),
            (None, Some("200")) => empty(StatusCode::OK),
            (None, Some("201")) => {
                let document = PostResponse {
                    form: self,
                    etag: &etag,
                };
                xml_response(StatusCode::CREATED, &document)
            }
            _ => empty(StatusCode::NO_CONTENT),
        };
        let location = match &self.redirect {
            Some(url) => self.redirect_to(url, &etag),
            None => self.location.clone(),
        };
        let headers = response.headers_mut();
        for (name, value) in [(header::ETAG, &etag), (header::LOCATION, &location)] {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        response
    }

    fn redirect_to(&self, url: &str, etag: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("bucket", &self.bucket);
        query.append_pair("key", &self.key);
        query.append_pair("etag", etag);
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}{}", query.finish())
    }
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

impl Serialize for PostResponse<'_> {
    fn serialize<W: Write>(&self, s: &mut Serializer<W>) -> SerResult {
        s.content("PostResponse", self)
    }
}

impl SerializeContent for PostResponse<'_> {
    fn serialize_content<W: Write>(&self, s: &mut Serializer<W>) -> SerResult {
        s.content("Location", self.form.location.as_str())?;
        s.content("Bucket", self.form.bucket.as_str())?;
        s.content("Key", self.form.key.as_str())?;
        s.content("ETag", self.etag)
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn respond(name: &str, value: &str) -> Response<Body> {
        let request = Request::post("/photos").header("host", "localhost:9000");
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let mut fields = Fields::default();
        fields.push("key", "a/red flower.jpg".into()).unwrap();
        fields.push(name, value.into()).unwrap();
        let stored = Response::builder().header("etag", "\"e\"");
        let stored = stored.body(Body::empty()).unwrap();
        FormResponse::new(&parts, &fields).apply(stored)
    }

    fn header(response: &Response<Body>, name: &str) -> String {
        response.headers()[name].to_str().unwrap().to_owned()
    }

    #[test]
    fn a_form_may_choose_200_201_or_204_as_the_status() {
        for (wanted, status) in [("200", 200), ("201", 201), ("204", 204), ("500", 204)] {
            let response = respond("success_action_status", wanted);
            assert_eq!(response.status(), status);
            assert_eq!(header(&response, "etag"), "\"e\"");
            let location = "http://localhost:9000/photos/a/red%20flower.jpg";
            assert_eq!(header(&response, "location"), location);
            let body = response.body().bytes().unwrap_or_default();
            assert_eq!(body.is_empty(), status != 201);
        }
        let response = respond("success_action_status", "201");
        let body = String::from_utf8(response.body().bytes().unwrap().into()).unwrap();
        assert!(body.contains("<Key>a/red flower.jpg</Key>"), "{body}");
    }

    #[test]
    fn a_form_redirects_the_browser() {
        let query = "bucket=photos&key=a%2Fred+flower.jpg&etag=%22e%22";
        for (url, separator) in [("https://example.org/done", '?'), ("http://a/?b=c", '&')] {
            let response = respond("success_action_redirect", url);
            assert_eq!(response.status(), 303);
            assert_eq!(
                header(&response, "location"),
                format!("{url}{separator}{query}")
            );
        }
        assert_eq!(respond("success_action_redirect", "nonsense").status(), 204);
    }
}
