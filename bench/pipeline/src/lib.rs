//! Throughput and latency of workers, beside bare rendering and a worker in Python. `README.md`
//! describes the method.
//!
//! - [`Size`]: the load of a run
//! - [`measure`]: the run, in which all workers take turns
//! - [`Report`]: table, JSON and a chart

mod bare;
mod full_queue;
mod latency;
mod measure;
mod peer;
mod photos;
mod report;
mod size;
mod table;
mod upload_folder;

pub use measure::{CloudChoice, measure};
pub use report::{CloudReport, Jobs, Latency, Report, UploadReport};
pub use size::Size;
