//! A kind of costly source.

use std::fmt;

use darkroom_imaging::RejectionCode;

use super::bounds::Bounds;

/// A function that builds the largest file of a kind within the limits of a profile.
type Build = dyn Fn(&Bounds) -> Vec<u8>;

/// A kind of source that code generates.
pub struct CostlySource {
    /// The format and the content.
    pub name: String,
    /// The codes with which such a source may be refused.
    pub refusals: Vec<RejectionCode>,
    build: Box<Build>,
}

impl CostlySource {
    pub(super) fn new(
        name: impl Into<String>,
        build: impl Fn(&Bounds) -> Vec<u8> + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            refusals: Vec::new(),
            build: Box::new(build),
        }
    }

    /// Creates a source of noise. Its variants may exceed `max_output_bytes`.
    pub(super) fn noise(
        name: impl Into<String>,
        build: impl Fn(&Bounds) -> Vec<u8> + 'static,
    ) -> Self {
        Self::new(name, build).or(RejectionCode::OutputTooLarge)
    }

    /// Allows that the source is refused with `code` instead of being rendered.
    pub(super) fn or(mut self, code: RejectionCode) -> Self {
        self.refusals.push(code);
        self
    }

    /// Returns whether the source may exceed the deadline, because no limit bounds its time.
    pub(super) fn may_time_out(&self) -> bool {
        self.refusals.contains(&RejectionCode::TimedOut)
    }

    /// Builds the largest file of this kind within the limits of a profile.
    pub fn build(&self, bounds: &Bounds) -> Vec<u8> {
        (self.build)(bounds)
    }
}

impl fmt::Debug for CostlySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
