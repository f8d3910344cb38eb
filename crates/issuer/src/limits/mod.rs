//! Limits on the resources that one client may use.

mod connections;
mod owner_waits;
mod rate_limiter;
mod request_limits;
mod settings;

pub(crate) use connections::{ConnectionGuard, ConnectionLimits};
pub(crate) use owner_waits::WaitGuard;
pub(crate) use request_limits::RequestLimits;
pub use settings::LimitSettings;
