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
//! 2. A message is deleted only when the outcome of its object is durable.
//! 3. No heartbeat follows the backoff of the same delivery.
//! 4. No outcome is published of an upload that was deleted before its manifest was written.
//!
//! Variants and manifests have keys that do not depend on their content. So while an upload is being
//! deleted a manifest may outlive its variants, and while two workers render two versions of an
//! overwritten one, the older outcome may replace the newer one until it is verified. The first two
//! invariants allow for that: the first exempts deletions, and the content of overwritten uploads;
//! the second asks that the outcome has been written. Both end by themselves:
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
