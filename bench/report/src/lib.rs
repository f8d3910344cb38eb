//! Charts, statistics and the machine, for the reports of all benchmarks.
//!
//! - [`BarChart`] and [`LineChart`]: charts as SVG, without dependencies
//! - [`Machine`]: the machine that was measured
//! - [`median`] and [`percentile`]
#![warn(missing_docs)]

mod chart;
mod machine;
mod statistics;

pub use chart::{Bar, BarChart, BarGroup, Line, LineChart};
pub use machine::Machine;
pub use statistics::{median, percentile};
