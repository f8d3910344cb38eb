//! The count of rendered bytes.

use crate::{Rejection, RejectionCode};

/// The limit on the bytes of all variants together, and the number of bytes rendered so far.
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
        self.check(bytes as u64)?;
        self.bytes += bytes as u64;
        Ok(())
    }

    /// Returns the number of bytes that further variants may have.
    pub(super) const fn remaining(&self) -> u64 {
        self.max_bytes.saturating_sub(self.bytes)
    }

    /// Checks the limit. `unfinished` is the number of bytes so far of variants that are still
    /// being rendered.
    ///
    /// # Errors
    /// `output_too_large` if the limit is exceeded.
    pub(super) fn check(&self, unfinished: u64) -> Result<(), Rejection> {
        if self.bytes.saturating_add(unfinished) <= self.max_bytes {
            return Ok(());
        }
        let limit = self.max_bytes;
        Err(Rejection::new(
            RejectionCode::OutputTooLarge,
            format!("the variants exceed the limit of {limit} bytes"),
        ))
    }
}
