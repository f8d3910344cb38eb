//! The JavaScript client, for the demo page and for pages of other origins.

use std::sync::Arc;

use axum::Router;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::asset::{self, Asset, Freshness};
use crate::state::AppState;

/// The types of a module, for Deno.
const TYPES: HeaderName = HeaderName::from_static("x-typescript-types");

macro_rules! files {
    ($($path:literal),+ $(,)?) => {
        [$(($path, include_bytes!(concat!("../client/", $path)))),+]
    };
}

/// The path of each file, and its content. `package.json` and `README.md` complete the package.
const FILES: [(&str, &[u8]); 14] = files![
    "client.js",
    "client.d.ts",
    "client/error.js",
    "client/issuer.js",
    "client/options.js",
    "client/retry.js",
    "client/slots.js",
    "client/status.js",
    "client/transfer.js",
    "client/type.js",
    "explain.js",
    "explain.d.ts",
    "uppy.js",
    "uppy.d.ts",
];

/// Returns the routes of the client. Each file is at `/PATH`, and at `/client-VERSION/PATH`, where
/// it never changes. `Content-Location` of the former is the latter.
pub(crate) fn router() -> Router<Arc<AppState>> {
    let version = asset::digest(FILES.map(|(_, content)| content));
    let mut router = Router::new();
    for (path, content) in FILES {
        let asset = Asset::new(path, content);
        let versioned = format!("/client-{version}/{path}");
        let mut headers = types(path);
        let immutable = asset.clone().route(Freshness::Immutable, headers.clone());
        router = router.route(&versioned, immutable);
        if let Ok(location) = HeaderValue::from_str(&versioned) {
            headers.insert(header::CONTENT_LOCATION, location);
        }
        let revalidated = asset.route(Freshness::Revalidated, headers);
        router = router.route(&format!("/{path}"), revalidated);
    }
    router
}

/// Returns the header that refers to the declarations of a module, if it has any.
fn types(path: &str) -> HeaderMap {
    let declarations = path.replace(".js", ".d.ts");
    let has_declarations = declarations != path && FILES.iter().any(|it| it.0 == declarations);
    let value = HeaderValue::from_str(&format!("./{declarations}"));
    let value = value.ok().filter(|_| has_declarations);
    value.map(|value| (TYPES, value)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn folder() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/client"))
    }

    /// Returns the text of a file of the package as JSON.
    fn package() -> serde_json::Value {
        let text = fs::read_to_string(folder().join("package.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn every_file_of_the_package_is_served() {
        let mut found = Vec::new();
        for folder in [folder(), &folder().join("client")] {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(self::folder()).unwrap();
                let name = name.to_str().unwrap().to_owned();
                if name.ends_with(".js") || name.ends_with(".ts") {
                    found.push(name);
                }
            }
        }
        found.sort();
        let mut served = FILES.map(|(path, _)| path);
        served.sort_unstable();
        assert_eq!(found, served);
    }

    #[test]
    fn the_package_has_the_version_of_the_service_and_exports_existing_files() {
        let package = package();
        assert_eq!(package["version"], env!("CARGO_PKG_VERSION"));
        for (name, export) in package["exports"].as_object().unwrap() {
            let export = export.as_object();
            for path in export.into_iter().flat_map(|it| it.values()) {
                let path = folder().join(path.as_str().unwrap());
                assert!(path.exists(), "{name}: {}", path.display());
            }
        }
        let plugin = fs::read_to_string(folder().join("uppy.js")).unwrap();
        let version = format!("VERSION = \"{}\"", env!("CARGO_PKG_VERSION"));
        assert!(plugin.contains(&version));
    }

    #[test]
    fn modules_refer_to_their_declarations() {
        assert_eq!(types("client.js")[TYPES], "./client.d.ts");
        assert!(types("client/retry.js").is_empty());
        assert!(types("client.d.ts").is_empty());
    }
}
