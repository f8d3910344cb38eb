//! The HTTP service: hands out upload URLs and tells outcomes.
//!
//! An [`Issuer`] is built of what it works with ([`IssuerParts`]) and keeps nothing of its own: S3
//! holds every object and every outcome, so any number of issuers can stand side by side.
//!
//! What it never does: hold an upload in memory, parse a picture, or put a client's
//! text into a key, a header or an error unchecked. Every refusal is a problem document (RFC 9457)
//! with a stable `code`.

#![warn(missing_docs)]

mod auth;
mod body;
mod cors;
mod health;
mod images;
mod ingest;
mod inspect;
mod json;
mod limits;
mod openapi;
mod page;
mod prefer;
mod problem;
mod serve;
mod service;
mod settings;
mod trace;
mod uploads;
mod variant_urls;

pub use auth::{ApiKey, ApiKeySettings, AuthError, AuthMode, AuthSettings, Authenticator, KeyHash};
pub use limits::LimitSettings;
pub use service::{Issuer, IssuerParts};
pub use settings::{IssuerSettings, IssuerSettingsError};
