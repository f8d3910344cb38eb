//! Who calls, and for whom they may act.
//!
//! A caller shows a bearer token (RFC 6750): an [`ApiKey`] that the configuration knows by its
//! hash, or a JWT of an identity provider. Every path under `/v1` goes through [`require`], so a
//! handler cannot forget to ask.

mod authenticator;
mod caller;
mod jwks;
mod jwt;
mod keyring;
mod middleware;
mod settings;

pub use authenticator::{AuthError, Authenticator};
pub(crate) use caller::Caller;
pub use keyring::{ApiKey, KeyHash};
pub(crate) use middleware::require;
pub use settings::{ApiKeySettings, AuthMode, AuthSettings};
