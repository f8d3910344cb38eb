//! Error responses with XML elements that `s3s` does not support.

use std::io::Write;

use http::{HeaderValue, Response, StatusCode, header};
use s3s::Body;
use s3s::xml::{SerResult, Serialize, SerializeContent, Serializer};

/// An error of S3 as XML.
#[derive(Debug)]
pub(crate) struct ErrorDocument {
    status: StatusCode,
    code: &'static str,
    message: String,
    details: Vec<(&'static str, String)>,
}

impl ErrorDocument {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            details: Vec::new(),
        }
    }

    /// Creates an error for an invalid request (400).
    pub(crate) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// Creates an `AccessDenied` error (403).
    pub(crate) fn denied(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "AccessDenied", message)
    }

    /// Adds an element after the message.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        xml_response(self.status, &self)
    }
}

impl Serialize for ErrorDocument {
    fn serialize<W: Write>(&self, s: &mut Serializer<W>) -> SerResult {
        s.content("Error", self)
    }
}

impl SerializeContent for ErrorDocument {
    fn serialize_content<W: Write>(&self, s: &mut Serializer<W>) -> SerResult {
        s.content("Code", self.code)?;
        s.content("Message", self.message.as_str())?;
        for (name, value) in &self.details {
            s.content(name, value.as_str())?;
        }
        Ok(())
    }
}

/// Returns a response with an XML document. Writing to memory does not fail in practice, so an
/// error is only logged.
pub(crate) fn xml_response(status: StatusCode, document: &impl Serialize) -> Response<Body> {
    let mut text = Vec::new();
    let mut serializer = Serializer::new(&mut text);
    let written = serializer
        .decl()
        .and_then(|()| document.serialize(&mut serializer));
    if let Err(error) = written {
        tracing::error!(%error, "cannot write an XML document");
    }
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let xml = HeaderValue::from_static("application/xml");
    response.headers_mut().insert(header::CONTENT_TYPE, xml);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_escaped_xml_with_its_details() {
        let error = ErrorDocument::denied("<no>").with("HeadersNotSigned", "x-amz-acl");
        let response = error.into_response();
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        let text = String::from_utf8(response.body().bytes().unwrap().into()).unwrap();
        let end = "<Error><Code>AccessDenied</Code><Message>&lt;no&gt;</Message>\
                   <HeadersNotSigned>x-amz-acl</HeadersNotSigned></Error>";
        assert!(text.ends_with(end), "{text}");
    }
}
