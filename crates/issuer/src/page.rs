//! The demo page, and the JavaScript module that other pages may load.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse};
use axum::routing::{MethodRouter, get};
use darkroom_contract::{ProfileName, Profiles};
use http::header;

use crate::problem::Problem;
use crate::state::AppState;

const INDEX: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");
const THUMBHASH: &str = include_str!("page/thumbhash.js");
const ICON: &str = include_str!("page/icon.svg");
const CLIENT: &str = include_str!("page/client.js");

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// Returns the routes for `/` and for everything that the page loads.
pub(crate) fn router() -> Router<Arc<AppState>> {
    Router::new()
        .route("/", get(index))
        .route("/page.css", asset("text/css; charset=utf-8", STYLE))
        .route("/icon.svg", asset("image/svg+xml", ICON))
        .route("/page.js", asset(JAVASCRIPT, SCRIPT))
        .route("/thumbhash.js", asset(JAVASCRIPT, THUMBHASH))
        .route("/client.js", asset(JAVASCRIPT, CLIENT))
}

fn asset(content_type: &'static str, text: &'static str) -> MethodRouter<Arc<AppState>> {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    get(async move || (headers, text))
}

async fn index(State(state): State<Arc<AppState>>) -> Result<impl IntoResponse, Problem> {
    let uploads = origin(state.parts.presigner.public_url().await?);
    let variants = state.parts.variant_urls.prefixes().await?;
    let variants: Vec<_> = variants.into_iter().map(origin).collect();
    let policy = content_security_policy(uploads, &variants.join(" "));
    let page = INDEX.replace("{{profiles}}", &options(&state.parts.profiles));
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    Ok((headers, Html(page)))
}

/// Returns a policy that permits only what this page needs (Content Security Policy Level 3).
fn content_security_policy(uploads: &str, variants: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' {uploads}; \
         img-src 'self' {variants}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// Returns the scheme, host and port of a URL.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..]
        .find(['/', '?'])
        .map_or(url.len(), |at| host + at);
    &url[..end]
}

/// Returns one `<option>` per profile. The profile with the largest `max_bytes` comes first,
/// because it accepts most files that visitors choose.
fn options(profiles: &Profiles) -> String {
    let mut names: Vec<_> = profiles
        .iter()
        .map(|(name, profile)| (std::cmp::Reverse(profile.max_bytes), name))
        .collect();
    names.sort();
    names.into_iter().map(|(_, name)| option(name)).collect()
}

/// Returns an `<option>`. The name of a profile needs no escaping in HTML.
fn option(name: &ProfileName) -> String {
    format!("<option>{name}</option>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_ends_before_the_path() {
        for (url, expected) in [
            ("http://127.0.0.1:9000/b/k?x=1", "http://127.0.0.1:9000"),
            ("https://cdn.example", "https://cdn.example"),
            ("https://b.s3.amazonaws.com/k", "https://b.s3.amazonaws.com"),
        ] {
            assert_eq!(origin(url), expected);
        }
    }

    #[test]
    fn every_profile_can_be_selected_and_the_largest_comes_first() {
        assert_eq!(
            options(&Profiles::default()),
            "<option>photo</option><option>avatar</option>"
        );
    }
}
