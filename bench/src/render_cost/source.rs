//! A kind of costly source.

use std::fmt;

use super::bounds::Bounds;

/// A function that builds the largest file of a kind within the limits of a profile.
type Build = dyn Fn(&Bounds) -> Vec<u8>;

/// A kind of source that code generates.
pub struct CostlySource {
    /// The format and the content.
    pub name: String,
    build: Box<Build>,
}

impl CostlySource {
    pub(super) fn new(
        name: impl Into<String>,
        build: impl Fn(&Bounds) -> Vec<u8> + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            build: Box::new(build),
        }
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
