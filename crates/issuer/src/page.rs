//! The demo page.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use darkroom_contract::{Profile, ProfileName, Profiles};
use http::{HeaderMap, header};

use crate::asset::{Asset, Freshness};
use crate::problem::Problem;
use crate::state::AppState;

macro_rules! files {
    ($($path:literal),+ $(,)?) => {
        [$(($path, include_bytes!(concat!("page/", $path)))),+]
    };
}

const INDEX: &str = include_str!("page/index.html");
/// Everything that the page loads, apart from the client library.
const FILES: [(&str, &[u8]); 16] = files![
    "announcer.js",
    "card.js",
    "cropper.js",
    "exif.js",
    "icon.svg",
    "page.css",
    "page.js",
    "queue.js",
    "result.js",
    "sample.jpg",
    "session.js",
    "storage.js",
    "thumbhash-encoder.js",
    "thumbhash.js",
    "upload.css",
    "world.svg",
];

/// Returns the routes for `/` and for everything that the page loads.
pub(crate) fn router() -> Router<Arc<AppState>> {
    let mut router = Router::new().route("/", get(index));
    for (path, content) in FILES {
        let asset = Asset::new(path, content);
        let route = asset.route(Freshness::Revalidated, HeaderMap::new());
        router = router.route(&format!("/page/{path}"), route);
    }
    router
}

async fn index(State(state): State<Arc<AppState>>) -> Result<impl IntoResponse, Problem> {
    let uploads = origin(state.parts.presigner.public_url().await?);
    let variants = state.parts.variant_urls.prefixes().await?;
    let variants: Vec<_> = variants.into_iter().map(origin).collect();
    let policy = content_security_policy(uploads, &variants.join(" "));
    let auth = if state.parts.auth.is_on() {
        "on"
    } else {
        "off"
    };
    let page = INDEX
        .replace("{{auth}}", auth)
        .replace("{{profiles}}", &options(&state.parts.profiles));
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
         img-src 'self' blob: {variants}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
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

/// Returns one `<option>` per profile, with its limits. The profile with the largest `max_bytes`
/// comes first, because it accepts most files that visitors choose.
fn options(profiles: &Profiles) -> String {
    let mut sorted: Vec<_> = profiles.iter().collect();
    sorted.sort_by_key(|(name, profile)| (Reverse(profile.max_bytes), (*name).clone()));
    let options = sorted.into_iter().map(|(name, it)| option(name, it));
    options.collect()
}

/// Returns an `<option>`. Neither the name of a profile nor the name of a format needs escaping in
/// HTML.
fn option(name: &ProfileName, profile: &Profile) -> String {
    let Profile {
        max_bytes,
        max_width,
        max_height,
        ..
    } = profile;
    let max_bytes = max_bytes.as_u64();
    let formats: Vec<_> = profile.formats.iter().map(|format| format.name()).collect();
    let formats = formats.join(" ");
    format!(
        "<option value=\"{name}\" data-formats=\"{formats}\" data-max-bytes=\"{max_bytes}\" \
         data-max-width=\"{max_width}\" data-max-height=\"{max_height}\">{name}</option>"
    )
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
    fn every_profile_can_be_selected_with_its_limits_and_the_largest_comes_first() {
        let options = options(&Profiles::default());
        let (photo, avatar) = options.split_once("</option>").unwrap();
        assert!(photo.ends_with(">photo"), "{photo}");
        assert!(photo.contains("data-max-bytes=\"41943040\""), "{photo}");
        assert!(avatar.contains("value=\"avatar\""), "{avatar}");
        assert!(avatar.contains("data-formats=\"jpeg png "), "{avatar}");
    }

    #[test]
    fn every_file_of_the_page_is_served() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/page");
        let entries = std::fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut found: Vec<_> = names.filter(|name| name != "index.html").collect();
        found.sort();
        assert_eq!(found, FILES.map(|(path, _)| path));
    }
}
