//! The documentation of the API at `/docs`: a static page that renders `/openapi.json`.

use axum::Router;
use axum::response::{Html, IntoResponse};
use axum::routing::{MethodRouter, get};
use http::header;

const INDEX: &str = include_str!("api_docs/index.html");
const STYLE: &str = include_str!("api_docs/docs.css");
const SCRIPT: &str = include_str!("api_docs/docs.js");

/// The page loads its own files and the OpenAPI document, and nothing else (Content Security Policy
/// Level 3).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Returns the routes for `/docs` and for everything that the page loads.
pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/docs", get(index))
        .route("/docs/docs.css", asset("text/css; charset=utf-8", STYLE))
        .route(
            "/docs/docs.js",
            asset("text/javascript; charset=utf-8", SCRIPT),
        )
}

async fn index() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, Html(INDEX))
}

fn asset<S: Clone + Send + Sync + 'static>(
    content_type: &'static str,
    text: &'static str,
) -> MethodRouter<S> {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    get(async move || (headers, text))
}
