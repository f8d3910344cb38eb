//! Metrics, and traces that continue from the issuer to the worker.
//!
//! Every metric of every role is declared in [`metric`], so that a name on a dashboard is found in
//! one place. Metrics and spans go through the facades `metrics` and `tracing`, which are global to
//! the process: nothing is passed along, and without a recorder they cost next to nothing.
//!
//! ```
//! use darkroom_telemetry::metric;
//!
//! metric::RECEIVED.add(3, ["events"]);
//! metric::OUTCOMES.add(1, ["avatar", "rejected", "corrupt"]);
//! ```
//!
//! This crate never listens on a port, decides what is logged, or makes its caller fail.

#![warn(missing_docs)]

mod export;
mod exposition;
pub mod metric;
mod trace_context;
mod traces;

pub use exposition::{InstallError, exposition, install, upkeep};
pub use trace_context::{continue_trace, record_trace_id, traceparent};
pub use traces::{ExporterError, Traces};
