//! Limits on the resources that one client, or all clients together, may use.

mod connections;
mod keyed_limit;
mod rate_limiter;
mod request_limits;
mod settings;

pub(crate) use connections::{ConnectionGuard, ConnectionLimits};
pub(crate) use keyed_limit::{KeyedLimit, KeyedPermit};
pub(crate) use request_limits::{RequestLimits, WaitPermit};
pub use settings::LimitSettings;
