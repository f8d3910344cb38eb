//! A kind of costly source.

use std::fmt;

use darkroom_imaging::{RejectionCode, SourceFormat};

use super::bounds::Bounds;

/// A function that builds the largest file of a kind within the limits of a profile.
type Build = dyn Fn(&Bounds) -> Vec<u8>;

/// A kind of source that code generates.
pub struct CostlySource {
    /// The format and the content.
    pub name: String,
    /// The codes with which such a source may be refused.
    pub refusals: Vec<RejectionCode>,
    /// The format, if the default profiles do not accept it because no limit bounds its cost.
    pub(super) unbounded: Option<SourceFormat>,
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
            unbounded: None,
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

    /// Allows that the source exceeds the deadline or the memory, because no limit bounds the cost of
    /// its format. The source is measured in a profile that accepts the format.
    pub(super) fn unbounded(mut self, format: SourceFormat) -> Self {
        self.unbounded = Some(format);
        self.or(RejectionCode::TimedOut)
            .or(RejectionCode::OutOfMemory)
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
