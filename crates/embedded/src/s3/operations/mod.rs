//! The operations of S3. Each takes the input of a request and returns the output.

pub(crate) mod buckets;
mod encoder;
pub(crate) mod listing;
pub(crate) mod multipart;
pub(crate) mod objects;
pub(crate) mod settings;

pub(crate) use encoder::URL;
