//! The refusal of a form that breaks its own policy.

use http::{Response, StatusCode, header};
use s3s::Body;

const CODE: &str = "<Code>InvalidPolicyDocument</Code>";
const MESSAGE: &str = "<Message>Policy condition";

/// `s3s` calls such a form an invalid policy document (400), as if the policy could not be read. S3 denies access
/// (403) and says which condition failed. Every other answer passes unchanged.
pub(crate) fn correct(response: Response<Body>) -> Response<Body> {
    let text = response
        .body()
        .bytes()
        .filter(|_| response.status() == StatusCode::BAD_REQUEST);
    let text = text.and_then(|bytes| String::from_utf8(bytes.into()).ok());
    let Some(text) = text.filter(|text| text.contains(CODE) && text.contains(MESSAGE)) else {
        return response;
    };
    let text = text.replacen(CODE, "<Code>AccessDenied</Code>", 1);
    let told = "<Message>Invalid according to Policy: Policy condition";
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::FORBIDDEN;
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(text.replacen(MESSAGE, told, 1)))
}
