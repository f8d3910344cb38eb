//! What has gone through.

use std::time::Instant;

/// One request.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When it came.
    pub at: Instant,
    /// What it asked for.
    pub operation: String,
    /// Whether it was passed on and answered as if there were no proxy, latency aside.
    pub is_untouched: bool,
}

/// A request and its answer, as they are seen by whoever watches.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// What was asked for.
    pub operation: &'a str,
    /// The request's body.
    pub request: &'a [u8],
    /// The answer's body.
    pub answer: &'a [u8],
}
