//! One chaos scenario for each promise of the worker.

pub mod deletes;
pub mod erasures;
pub mod fairness;
pub mod hostile;
pub mod kill_points;
pub mod kills;
pub mod long_jobs;
pub mod orders;
pub mod outage;
pub mod overwrites;
pub mod poison;
pub mod soak;
pub mod storage_faults;
pub mod terminations;
