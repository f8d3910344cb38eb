//! S3 on a folder.
//!
//! The protocol (signatures, POST policies, XML) is `s3s`; everything it stores is here. An object is one file
//! ([`object_file`]) that appears by a rename ([`staging`], [`bucket`]); [`service`] puts that behind the `S3` trait,
//! and [`http`] adds what browsers need.

mod answers;
mod attributes;
mod body_drain;
mod bucket;
mod checksums;
mod conditions;
mod cors;
mod credentials;
mod form_refusal;
mod http;
mod inputs;
mod listing;
mod multipart;
mod object_file;
mod objects;
mod pages;
mod sequencer;
mod service;
mod settings;
mod staging;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use attributes::Attributes;
pub(crate) use bucket::Bucket;
pub(crate) use http::S3Http;
pub(crate) use store::Store;
