//! What each effort does.

/// The steps that an effort takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Compares whole modes with subblocks.
    pub(crate) subblocks: bool,
    /// Divides macroblocks into segments.
    pub(crate) segments: bool,
}

impl Effort {
    pub(crate) fn new(effort: u8) -> Self {
        Self { subblocks: effort >= 1, segments: effort >= 1 }
    }
}
