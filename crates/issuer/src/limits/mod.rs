//! How much one client may ask of the service.

mod rate_limiter;
mod request_limits;
mod settings;

pub(crate) use request_limits::Limits;
pub use settings::LimitSettings;
