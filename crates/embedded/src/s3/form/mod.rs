//! Uploads by HTML form.
//!
//! First, [`request`] applies the rules that `s3s` does not know. Then, `s3s` verifies the
//! signature and the conditions of the policy. Finally, [`response`] creates the response that S3
//! would send, or [`policy_error`] corrects the error for a violated policy.

mod fields;
pub(crate) mod policy_error;
mod request;
mod response;

pub(crate) use request::{is_form, rewrite};
