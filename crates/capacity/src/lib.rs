//! A model of a day's traffic: the backlog over time, the latency, the workers that it needs, and
//! the cost at list prices.
//!
//! [`Traffic`] says when uploads arrive. [`simulate`] moves each of them through a [`Fleet`] of
//! workers, in virtual time. [`smallest_fleet`] finds the number of workers that meets an
//! objective, and [`Cost`] adds up the calls and the compute time.
//!
//! Results are deterministic: the same input and seed give the same numbers. This crate makes no
//! calls and reads no clock. A test compares it with a formula of queueing theory.
//!
//! ```
//! use darkroom_capacity::{Fleet, Objective, StageTimes, Traffic, smallest_fleet};
//!
//! let arrivals = Traffic::day(10_000, 20.0, 3600).arrivals(1);
//! let fleet = Fleet::default();
//! let (fleet, run) = smallest_fleet(&arrivals, fleet, &StageTimes::default(), Objective::default(), 1)?;
//! assert!(run.share_within(30.0) >= 0.999);
//! assert!(fleet.workers >= 1);
//! # Ok::<(), darkroom_capacity::NoFleet>(())
//! ```

#![warn(missing_docs)]

mod calls;
mod cost;
mod event_loop;
mod fleet;
mod run;
mod sizing;
mod traffic;

pub use calls::{CALLS, Calls, Service, Stage};
pub use cost::{Compute, Cost, Prices};
pub use event_loop::simulate;
pub use fleet::{Fleet, StageTimes};
pub use run::{Interval, Run};
pub use sizing::{NoFleet, Objective, smallest_fleet};
pub use traffic::{TraceError, Traffic};
