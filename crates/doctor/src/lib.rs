//! Checks of a deployment.
//!
//! A [`Doctor`] tests endpoints, credentials, buckets, queues, permissions, the notification from
//! the raw bucket to the event queue, and what can be reached without credentials. It reports a
//! [`Finding`] for each check, in words, with the permission or setting to change.
//!
//! It changes no setting. The objects that it writes are short-lived probes
//! ([`ProbeId`](darkroom_contract::ProbeId)), which it deletes before it ends. It tests permissions
//! for queues with requests that SQS refuses after it has authorized them.

#![warn(missing_docs)]

mod action;
mod check;
mod deployment;
mod doctor;
mod finding;
mod role;

pub use action::iam_action;
pub use deployment::Deployment;
pub use doctor::Doctor;
pub use finding::{Check, Finding, Status};
pub use role::Role;
