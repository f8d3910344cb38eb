//! Authentication and authorization of callers.
//!
//! A caller sends a bearer token (RFC 6750): an [`ApiKey`], or a JWT of an identity provider. The
//! configuration contains only the hash of an API key. The middleware [`authenticate`] protects
//! every path under `/v1`, so no handler can omit the check.

mod api_key;
mod authenticator;
mod caller;
mod denial;
mod jwk_set;
mod jwk_source;
mod jwt;
mod keyring;
mod middleware;
mod settings;
#[cfg(test)]
mod tests;

pub use api_key::{ApiKey, KeyHash};
pub use authenticator::Authenticator;
pub(crate) use caller::Caller;
pub(crate) use middleware::authenticate;
pub use settings::{ApiKeySettings, AuthMode, AuthSettings};
