//! A deterministic simulation of the protocol.
//!
//! [`simulate`] runs the real code of three workers, two issuers and two dispatchers of webhooks on
//! one in-memory store and its queues. Time is virtual and random choices are seeded, so a seed
//! always runs the same way. Clients upload, overwrite, delete and upload again. A reviewer
//! approves and rejects uploads. Messages are
//! duplicated, reordered and lost. Calls fail before or after they take effect. Processes crash
//! before or after any call. Clocks are wrong by up to five minutes. The store has outages.
//!
//! Each of these invariants is checked at every step that could violate it:
//!
//! 1. A `ready` manifest names only variants that exist and were made from the source in the
//!    manifest. This is checked when an object is written or deleted.
//! 2. A message is deleted only if the outcome of its object is durable, if its object is gone or
//!    was replaced, or if the message was deferred or dead-lettered. This is checked when a message
//!    is deleted.
//! 3. After a worker has set the delay of a retry, no heartbeat changes the visibility timeout of
//!    that delivery again. This is checked when a visibility timeout is changed.
//! 4. If an upload is deleted before its manifest is written, its outcome is never published. This
//!    is checked when an outcome is published.
//! 5. A raw object is deleted only after its tombstone is written. This is checked when a raw
//!    object is deleted.
//! 6. A webhook reports only an outcome that was published. Its content is a manifest that the
//!    store contained when the webhook was sent. The manifest may have been removed or replaced
//!    shortly before, within the latency of one call. This is checked when a webhook is sent.
//! 7. An owner never has more uploads than the quota, apart from those whose URLs the issuer of
//!    the latest URL could not know of: URLs that were valid at that time and came from the other
//!    issuer, or from a process that has crashed since. This is checked when a file arrives.
//! 8. A variant of a profile that requires reviews is in the media bucket only if its source was
//!    approved before. This is checked when a variant is written.
//!
//! Two kinds of inconsistent states may exist for a short time, because the key of a variant does
//! not depend on its bytes. During a deletion, a manifest may outlive its variants. When two
//! workers render two versions of one upload, the outcome of the older version may replace that of
//! the newer version, until the worker with the older version checks the source again. Invariant 1
//! therefore skips uploads whose deletion was requested, and does not compare the bytes of the
//! variants of an overwritten upload with the source. Invariant 2 requires only that the outcome
//! was written at some time. Neither state may persist. At the end of a run, after the faults have
//! stopped and the queues are empty, two more invariants are checked. The first of them is checked
//! twice: for uploads without lost events and without dead letters, and then, after the operator's
//! commands have run (purge, redrive and backfill), for every upload.
//!
//! 9. Every upload that still has a raw object has exactly one outcome, which is the correct one,
//!    and a webhook has reported it. A deleted upload has no messages and no objects except its
//!    tombstone, and its status is `deleted`.
//! 10. One of the owners may be erased, by clients at any time, and is erased at the end of every
//!     run. After that, no object of this owner is left, tombstones included, and the objects of
//!     other owners are unchanged. Because of the earlier erasures, invariants 1 and 5 skip the
//!     uploads of this owner, and the status of its deleted uploads may be `expired`.
//!
//! ```
//! let summary = darkroom_simulation::simulate(7, darkroom_simulation::Options::default());
//! assert!(summary.is_ok(), "{summary:?}");
//! ```

#![warn(missing_docs)]

mod client;
mod erasure;
mod faults;
mod faulty_bucket;
mod faulty_queue;
mod grants;
mod invariants;
mod issuers;
mod process;
mod profiles;
mod quiescence;
mod quota;
mod registry;
mod renderer;
mod reviewer;
mod seeds;
mod simulation;
mod supervisor;
mod trace;
mod webhooks;
mod worker;
mod world;

pub use seeds::{all_processors, simulate_seeds};
pub use simulation::{Failure, Options, Summary, simulate};
