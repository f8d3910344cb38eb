//! Every metric that Darkroom exposes, declared once.
//!
//! Names follow Prometheus's conventions: the application, the subsystem, the measured quantity,
//! the unit, and `_total` for a counter. A label has few values, and clients cannot add values.
//!
//! Every series whose label values are known in advance exists before anything is counted. If a
//! counter began at 1, Prometheus would not see an increase, and an alert would miss the first
//! failure.

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
