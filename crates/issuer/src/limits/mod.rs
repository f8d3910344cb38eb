//! How much one client may ask of the service.

mod allowance;
mod rate;
mod settings;

pub(crate) use allowance::Limits;
pub use settings::LimitSettings;
