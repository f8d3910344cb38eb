//! The consumer: takes upload events from the queue and turns raw objects into variants and a
//! manifest.
//!
//! [`Worker::run`] long-polls, works on as many messages as there are places, and stops when it is
//! told to, finishing what it has begun. [`Backfill`] puts raw objects without a current outcome
//! back on the queue, and [`DeadLetters`] looks after what could not be worked on.
//!
//! What it never does: parse a picture (that is the render process's part), keep state of its own
//! (S3 and SQS hold everything), or delete a message before its outcome is durable.

#![warn(missing_docs)]

mod acknowledge;
mod autopsy;
mod backfill;
mod backoff;
mod consumer;
mod dead_letter;
mod dead_letters;
mod delivery;
mod fetch;
mod give_up;
mod health;
mod kill_point;
mod message;
mod outage;
mod outbox;
mod publish;
mod report;
mod settings;
mod settle;
mod tries;
mod upload;
mod visibility;

pub use backfill::{Backfill, BackfillProgress};
pub use consumer::Worker;
pub use dead_letter::{Epitaph, Reason};
pub use dead_letters::{DeadLetter, DeadLetters, Handling};
pub use health::Health;
pub use outbox::Outbox;
pub use settings::WorkerSettings;
pub use settle::Studio;
