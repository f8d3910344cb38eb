//! Uploads by HTML form.
//!
//! `s3s` verifies the signature and the conditions of the policy. Before that, [`request`] applies
//! the rules that it does not know. After that, [`response`] responds as S3 does.

mod fields;
mod request;
mod response;

pub(crate) use request::{is_form, rewrite};
