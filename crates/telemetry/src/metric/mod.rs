//! Every metric that Darkroom exposes, declared once.
//!
//! Names follow Prometheus's conventions: the application, the subsystem, the counted thing, the
//! unit, and `_total` for a counter. A label has few values, and none comes from a client.
//!
//! Every series exists before anything is counted. Prometheus sees no increase in a counter that
//! begins at 1, so an alert would miss the first failure.

mod catalog;
#[cfg(test)]
mod docs;
mod kind;
mod macros;
mod series;
#[cfg(test)]
mod tests;

pub use catalog::*;
pub use kind::{Counter, Gauge, GaugeGuard, Histogram, LabelDefinition, Metric};
pub use series::start_at_zero;
