//! What the roles tell of themselves: the catalogue of metrics, and traces that go on from issuer
//! to worker.
//!
//! A crate of its own because issuer, worker and render processes' parents all count, and a name in
//! a dashboard must be found in one place: [`metric`]. Metrics and spans go through the facades of
//! `metrics` and `tracing`, which are the process's own: nothing is handed through, and where
//! nobody listens they cost next to nothing.
//!
//! ```
//! use darkroom_telemetry::metric;
//!
//! metric::RECEIVED.add(3, []);
//! metric::OUTCOMES.add(1, ["avatar", "rejected", "corrupt"]);
//! ```
//!
//! What it never does: listen, decide what is logged, or fail somebody's work.

#![warn(missing_docs)]

mod export;
mod exposition;
pub mod metric;
mod trace_context;
mod traces;

pub use exposition::{InstallError, exposition, install, upkeep};
pub use trace_context::{continue_trace, mark_trace_id, traceparent};
pub use traces::{ExporterError, Traces};
