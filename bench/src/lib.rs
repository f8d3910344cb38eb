//! Campaigns that show what Darkroom promises: a worker that loses nothing, whatever happens to it.
//!
//! Each campaign starts real `darkroom worker` processes on an embedded S3 and SQS, makes something
//! go wrong, and counts. `README.md` says how to run them and what they have shown; `cargo test`
//! runs a short form of each (`crates/cli/tests/campaigns.rs`).

pub mod campaign;
mod contact_sheet;
mod ledger;
mod picture;
mod report;
mod stand;

pub use contact_sheet::ContactSheet;
pub use report::Report;
