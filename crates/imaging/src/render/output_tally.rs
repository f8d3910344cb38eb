//! The count of rendered bytes.

use crate::{Rejection, RejectionCode};

/// The number of bytes that all variants may have together, and that those rendered so far do have.
#[derive(Debug)]
pub(super) struct OutputTally {
    max_bytes: u64,
    bytes: u64,
}

impl OutputTally {
    /// Creates an empty tally.
    pub(super) const fn new(max_bytes: u64) -> Self {
        Self {
            max_bytes,
            bytes: 0,
        }
    }

    /// Adds the bytes of finished variants.
    ///
    /// # Errors
    /// As for [`OutputTally::check`].
    pub(super) fn add(&mut self, bytes: usize) -> Result<(), Rejection> {
        self.check(bytes)?;
        self.bytes += bytes as u64;
        Ok(())
    }

    /// Checks the limit with the bytes of variants that are not finished.
    ///
    /// # Errors
    /// `output_too_large` if the limit is exceeded.
    pub(super) fn check(&self, unfinished: usize) -> Result<(), Rejection> {
        if self.bytes.saturating_add(unfinished as u64) <= self.max_bytes {
            return Ok(());
        }
        let limit = self.max_bytes;
        Err(Rejection::new(
            RejectionCode::OutputTooLarge,
            format!("the variants exceed the limit of {limit} bytes"),
        ))
    }
}
