//! The HTTP service: presigned upload URLs, direct uploads, and the outcomes of both.
//!
//! An [`Issuer`] serves the store of uploads (`darkroom-uploads`) over HTTP. Its code never names a
//! bucket. An issuer does not store uploads itself, so any number of issuers can run side by side.
//!
//! Most clients only get a presigned URL here and send their files to S3. The body of a direct
//! upload passes through the service. Multipart and binary bodies are streamed to temporary files.
//! Base64 bodies of at most 64 MiB are decoded into temporary files, one at a time. For an
//! inspection, the service reads an image into memory and passes the image to a render process. At
//! most two images are in memory for inspections.
//!
//! The service never parses an image itself. It never puts unchecked client text into a key, a
//! header or an error. Every error response is a problem document (RFC 9457) with a stable `code`.

#![warn(missing_docs)]

mod api_docs;
mod asset;
mod auth;
mod body;
mod canary;
mod client;
mod client_library;
mod cors;
mod health;
mod host;
mod images;
mod ingest;
mod inspect;
mod json;
mod limits;
mod openapi;
mod origin_check;
mod owners;
mod page;
mod peer_address;
mod prefer;
mod problem;
mod readiness;
mod server;
mod service;
mod settings;
mod state;
mod temp_dir;
mod trace;
mod uploads;

pub use auth::{ApiKey, ApiKeySettings, AuthMode, AuthSettings, Authenticator, KeyHash};
pub use canary::{Canary, CanaryParts, CanarySettings};
pub use limits::LimitSettings;
pub use service::Issuer;
pub use settings::IssuerSettings;
pub use state::IssuerParts;
