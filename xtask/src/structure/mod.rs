//! The structure of the code: lengths of files and functions, cycles of modules, layers of crates.

mod cycles;
mod functions;
mod imports;
mod layers;
mod lengths;
mod report;

pub use report::{CrateReport, Report};
