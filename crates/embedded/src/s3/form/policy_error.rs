//! The error for a form that violates its policy.

use http::{Response, StatusCode, header};
use s3s::Body;

const CODE: &str = "<Code>InvalidPolicyDocument</Code>";
const MESSAGE: &str = "<Message>Policy condition";

/// Corrects the error for a form that violates its policy. `s3s` returns `InvalidPolicyDocument`
/// (400), as if the policy were malformed, but S3 returns `AccessDenied` (403) with the condition.
/// Returns all other responses unchanged.
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
    let message = "<Message>Invalid according to Policy: Policy condition";
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::FORBIDDEN;
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(text.replacen(MESSAGE, message, 1)))
}
