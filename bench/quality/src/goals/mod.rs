//! The goals of Darkroom's performance, and the figures that the other commands measure.

mod figures;
mod goal;
mod table;

pub use figures::{Figures, Programs};
pub use goal::{Bound, Goal, GoalStatus};
pub use table::GoalReport;
