//! Limits on the resources that one client may use.

mod rate_limiter;
mod request_limits;
mod settings;

pub(crate) use request_limits::RequestLimits;
pub use settings::LimitSettings;
