//! Metrics, and traces that continue from the issuer to the worker.
//!
//! All metrics of all roles are declared in [`metric`], so a name on a dashboard is easy to find.
//! Metrics and spans use the facades `metrics` and `tracing`, which are global to the process. Code
//! therefore does not have to pass a handle along. Without a recorder, metrics cost almost nothing.
//!
//! ```
//! use darkroom_telemetry::metric;
//!
//! metric::RECEIVED.add(3, ["events"]);
//! metric::OUTCOMES.add(1, ["avatar", "rejected", "corrupt"]);
//! ```
//!
//! This crate never listens on a port and never decides what is logged. Recording a metric or a
//! span never fails.

#![warn(missing_docs)]

mod build_info;
mod export;
mod exposition;
mod http_server;
pub mod metric;
mod process;
mod trace_context;
mod traces;

pub use build_info::{BuildInfo, health_text};
pub use exposition::{EXPOSITION_TYPE, InstallError, exposition, install, upkeep};
pub use http_server::{record_request, record_response, server_span_name};
pub use trace_context::{continue_trace, record_trace_id, set_parent, traceparent};
pub use traces::{ExporterError, Traces};
