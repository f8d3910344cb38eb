//! S3: the protocol of `s3s` over objects in a folder.
//!
//! [`http`] receives requests and [`service`] passes them to [`operations`]. A [`store`] has
//! buckets. A [`bucket`] has objects and their index. An [`object_file`] is one object on disk.

mod api;
mod attributes;
mod auth;
mod body_drain;
mod bucket;
mod checksums;
mod conditions;
mod copy;
mod cors;
mod cors_headers;
mod cors_rule;
mod delete;
mod error_document;
mod form;
mod http;
mod inputs;
mod listing;
mod multipart;
mod notification;
mod object_file;
mod operations;
mod outputs;
mod read;
mod selection;
mod sequencer;
mod service;
mod settings;
mod signature;
mod staging;
mod store;
#[cfg(test)]
mod tests;
mod upload;

pub(crate) use http::S3Http;
pub(crate) use notification::Notifier;
pub(crate) use store::Store;
