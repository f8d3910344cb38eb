//! Cross-origin requests (Fetch standard, "CORS protocol").

use std::time::Duration;

use http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::trace::REQUEST_ID;

const MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Creates a layer that allows these origins. It does not allow credentials, because the service
/// uses no cookies.
pub(crate) fn layer(origins: &[String]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(allow_origin(origins))
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([
            header::ACCEPT,
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("prefer"),
            HeaderName::from_static("last-event-id"),
            REQUEST_ID,
        ])
        .expose_headers([
            header::LOCATION,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
            REQUEST_ID,
        ])
        .max_age(MAX_AGE)
}

/// Converts the origins of the settings. The settings have been validated, so every origin is a
/// valid header value.
fn allow_origin(origins: &[String]) -> AllowOrigin {
    if origins.iter().any(|origin| origin == "*") {
        return AllowOrigin::any();
    }
    AllowOrigin::list(
        origins
            .iter()
            .filter_map(|origin| HeaderValue::from_str(origin).ok()),
    )
}
