//! The JSON protocol over HTTP.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use serde_json::json;
use uuid::Uuid;

use super::api::Api;
use super::error::SqsError;
use crate::origin_check::OriginCheck;

/// The limit on a request body. The messages of a batch have at most 1 MiB, but JSON escapes can
/// make the body several times as long.
const MAX_REQUEST_BYTES: usize = 8 * 1024 * 1024;

/// Responds to one request. Turns every error into a response.
pub(crate) async fn respond(
    api: &Api,
    check: &OriginCheck,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let allowed = check.check(&parts.headers).map_err(SqsError::from);
    let outcome = match allowed.and_then(|()| action(&parts.headers)) {
        Ok(action) => match Limited::new(body, MAX_REQUEST_BYTES).collect().await {
            Ok(body) => api.call(&action, &body.to_bytes()).await,
            Err(error) => Err(SqsError::Malformed(error.to_string())),
        },
        Err(error) => Err(error),
    };
    let mut response = match outcome {
        Ok(output) => Response::new(Full::from(output.to_string())),
        Err(error) => error_response(&error),
    };
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-amz-json-1.0"),
    );
    if let Ok(id) = HeaderValue::from_str(&Uuid::now_v7().to_string()) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}

/// Returns the action of a request. Refuses an unsigned request, as AWS does, because a client that
/// has no credentials should fail here too. Does not verify the signature.
fn action(headers: &HeaderMap) -> Result<String, SqsError> {
    if !headers.contains_key(header::AUTHORIZATION) {
        return Err(SqsError::MissingAuthentication);
    }
    let target = headers
        .get("x-amz-target")
        .and_then(|value| value.to_str().ok());
    let action = target.and_then(|target| target.strip_prefix("AmazonSQS."));
    action
        .map(str::to_owned)
        .ok_or_else(|| SqsError::UnknownAction(target.unwrap_or_default().to_owned()))
}

fn error_response(error: &SqsError) -> Response<Full<Bytes>> {
    let kind = format!("com.amazonaws.sqs#{}", error.code());
    let body = json!({ "__type": kind, "message": error.to_string() });
    let mut response = Response::new(Full::from(body.to_string()));
    *response.status_mut() =
        http::StatusCode::from_u16(error.status()).unwrap_or(http::StatusCode::BAD_REQUEST);
    if let Ok(value) = HeaderValue::from_str(&format!("{};Sender", error.query_code())) {
        response.headers_mut().insert("x-amzn-query-error", value);
    }
    response
}
