//! The canary: a tiny upload on a schedule, by which an issuer notices that uploads no longer become
//! ready, even if nobody uploads anything.

mod parts;
mod sample;
mod schedule;
mod settings;
mod upload;

pub use parts::CanaryParts;
pub use schedule::Canary;
pub use settings::CanarySettings;
