//! A page to try the service with, and the module that other pages may take from here.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse};
use axum::routing::{MethodRouter, get};
use darkroom_contract::{ProfileName, Profiles};
use http::header;

use crate::problem::Problem;
use crate::service::AppState;

const INDEX: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");
const THUMBHASH: &str = include_str!("page/thumbhash.js");
const ICON: &str = include_str!("page/icon.svg");
const CLIENT: &str = include_str!("page/client.js");

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// `/` and what it loads.
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
    let raw = origin(state.parts.raw.public_url().await?);
    let media: Vec<_> = state.variant_urls.places().await?;
    let media: Vec<_> = media.into_iter().map(origin).collect();
    let policy = content_security_policy(raw, &media.join(" "));
    let page = INDEX.replace("{{profiles}}", &options(&state.parts.profiles));
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    Ok((headers, Html(page)))
}

/// Nothing but what this page needs (Content Security Policy, level 3).
fn content_security_policy(raw: &str, media: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' {raw}; \
         img-src 'self' {media}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// Scheme, host and port of a URL.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..]
        .find(['/', '?'])
        .map_or(url.len(), |at| host + at);
    &url[..end]
}

/// The profile that takes the largest files comes first: it takes most of what is tried.
fn options(profiles: &Profiles) -> String {
    let mut names: Vec<_> = profiles
        .iter()
        .map(|(name, profile)| (std::cmp::Reverse(profile.max_bytes), name))
        .collect();
    names.sort();
    names.into_iter().map(|(_, name)| option(name)).collect()
}

/// A profile's name has no character that means anything in HTML.
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
    fn every_profile_can_be_chosen_the_largest_first() {
        assert_eq!(
            options(&Profiles::default()),
            "<option>photo</option><option>avatar</option>"
        );
    }
}
