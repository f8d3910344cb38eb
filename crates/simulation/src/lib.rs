//! A deterministic simulation of the protocol.
//!
//! [`simulate`] runs three workers and two issuers, with their real code, on one store and one queue
//! in memory. Time is virtual and chance is seeded, so a seed always runs the same way. Clients
//! upload, overwrite, delete and upload again; messages are duplicated, reordered and lost; calls
//! fail before or after they take effect; processes crash between any two calls; clocks jump; the
//! store has outages.
//!
//! After every step these invariants hold:
//!
//! 1. A `ready` manifest names only variants that exist, made from the source that it names.
//! 2. A message is deleted only when the outcome of its object is durable, or it is a dead letter.
//! 3. No heartbeat follows the backoff of the same delivery.
//! 4. An upload that was deleted before its manifest was written is never published.
//!
//! Keys do not depend on content, so two states are wrong for a while. During a deletion, a manifest
//! may outlive its variants. When two workers render two versions of one upload, the older outcome may
//! replace the newer one until the older worker checks the source. Invariant 1 therefore skips uploads
//! that are being deleted, and does not compare the content of overwritten ones. Invariant 2 asks only
//! that the outcome has been written. Neither state may last:
//!
//! 5. After quiescence every upload that still has a raw object has exactly one right outcome, and a
//!    deleted one has nothing, neither objects nor messages.
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
mod simulation;
mod trace;
mod worker;
mod world;

pub use simulation::{Failure, Options, Summary, simulate};
