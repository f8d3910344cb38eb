//! A deterministic simulation of the protocol.
//!
//! [`simulate`] runs the real code of three workers and two issuers on one in-memory store and
//! queue. Time is virtual and random choices are seeded, so a seed always runs the same way.
//! Clients upload, overwrite, delete and upload again. Messages are duplicated, reordered and lost.
//! Calls fail before or after they take effect. Processes crash before or after any call. Clocks
//! are wrong by up to five minutes. The store has outages.
//!
//! After every step these invariants hold:
//!
//! 1. A `ready` manifest names only variants that exist and were made from the source in the
//!    manifest.
//! 2. A message is deleted only if the outcome of its object is durable or the message is a dead
//!    letter.
//! 3. No heartbeat follows the backoff of the same delivery.
//! 4. The outcome of an upload that was deleted before its manifest was written is never published.
//! 5. A raw object is deleted only after its tombstone is written.
//!
//! Two kinds of inconsistent states may exist for a short time, because the key of a variant does
//! not depend on its bytes. During a deletion, a manifest may outlive its variants. When two
//! workers render two versions of one upload, the outcome of the older version may replace that of
//! the newer version, until the worker with the older version checks the source again. Invariant 1
//! therefore skips uploads whose deletion was requested, and does not compare the bytes of the
//! variants of an overwritten upload with the source. Invariant 2 requires only that the outcome
//! was written at some time. Neither state may persist:
//!
//! 6. After quiescence, every upload that still has a raw object has exactly one outcome, which is
//!    the correct one. A deleted upload has no messages and no objects except its tombstone, and
//!    its status is `deleted`.
//!
//! ```
//! let summary = darkroom_simulation::simulate(7, darkroom_simulation::Options::default());
//! assert!(summary.is_ok(), "{summary:?}");
//! ```

#![warn(missing_docs)]

mod client;
mod faults;
mod faulty_bucket;
mod faulty_queue;
mod invariants;
mod process;
mod quiescence;
mod registry;
mod renderer;
mod seeds;
mod simulation;
mod trace;
mod worker;
mod world;

pub use seeds::{all_processors, simulate_seeds};
pub use simulation::{Failure, Options, Summary, simulate};
