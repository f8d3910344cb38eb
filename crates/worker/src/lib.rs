//! The worker: renders raw objects into variants and writes manifests.
//!
//! A [`Worker`] is a [`Consumer`](darkroom_consumer::Consumer) of upload events with a
//! [`Processor`], which downloads the raw object, renders it in a render process, and publishes the
//! outcome. [`Backfill`] enqueues raw objects without a current outcome. [`Import`] copies
//! objects of another bucket as raw objects. [`DeadLetters`] lists,
//! redrives and purges messages that could not be processed.
//!
//! This crate never parses an image: only render processes do. It keeps no durable state of its
//! own: all durable state is in S3 and SQS. It never deletes a message before the outcome is
//! durable.

#![warn(missing_docs)]

mod backfill;
mod dead_letters;
mod download;
mod event_outcome;
mod failure;
mod health;
mod import;
mod left_over;
mod owner_budget;
mod process;
mod processor;
mod renderer;
mod report;
mod review;
mod settings;
mod stand_in_renderer;
mod store_health;
mod upload;
mod worker;

#[cfg(test)]
mod testing;

pub use backfill::{Backfill, BackfillProgress};
pub use dead_letters::{DeadLetter, DeadLetterAction, DeadLetters};
pub use health::Health;
pub use import::{
    Import, ImportError, ImportMapping, ImportProgress, ImportedObject, OwnerPattern,
    OwnerPatternError,
};
pub use processor::Processor;
pub use renderer::Renderer;
pub use settings::WorkerSettings;
pub use stand_in_renderer::StandInRenderer;
pub use worker::{Worker, WorkerParts};
