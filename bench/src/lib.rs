//! Chaos scenarios, which check that workers lose no upload under any fault.
//!
//! Each scenario starts real `darkroom worker` processes on an embedded S3 and SQS, injects one
//! kind of fault, and counts the results. `README.md` lists the scenarios and their results;
//! `cargo test` runs the short version of each (`crates/cli/tests/chaos.rs`).
//!
//! [`attack`] measures what hostile clients cost an issuer and its other clients.
//!
//! [`render_cost`] measures the cost of rendering the most expensive kinds of images.

pub mod attack;
pub mod chaos;
mod contact_sheet;
pub mod render_cost;
mod report;
mod test_image;
mod upload_tally;

pub use contact_sheet::ContactSheet;
pub use report::Report;
