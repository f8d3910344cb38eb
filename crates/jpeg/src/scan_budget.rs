//! A bound on the work of decoding scans.

use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::scan::Scan;

/// The maximum number of coefficients that all scans of an image together may go through, which
/// takes a few seconds. For 100 megapixels without subsampling, libjpeg's progression goes through
/// a third of this number. Without this bound, a file of 3 MiB could keep the decoder busy for
/// minutes, because a scan that changes nothing has only a few bytes.
const MAX_COEFFICIENTS: u64 = 1 << 31;
/// The overhead of a block in a scan, as the number of coefficients that take as long to decode.
const BLOCK_OVERHEAD: u64 = 8;

/// The number of coefficients that further scans may go through.
#[derive(Debug)]
pub(crate) struct ScanBudget(u64);

impl ScanBudget {
    /// Creates the budget of an image.
    pub(crate) const fn new() -> Self {
        Self(MAX_COEFFICIENTS)
    }

    /// Spends the cost of a scan.
    ///
    /// # Errors
    /// [`Error::TooExpensive`] if the cost exceeds the rest of the budget.
    pub(crate) fn spend(&mut self, frame: &Frame, scan: &Scan) -> Result<()> {
        let components = scan.components.iter();
        let blocks = components.map(|component| {
            let component = &frame.components[component.index];
            u64::from(component.blocks_per_row()) * u64::from(component.block_rows())
        });
        let band = match frame.is_progressive {
            true => u64::from(scan.last - scan.first) + 1,
            false => 64,
        };
        let cost = blocks.sum::<u64>() * band.max(BLOCK_OVERHEAD);
        self.0 = self.0.checked_sub(cost).ok_or(Error::TooExpensive)?;
        Ok(())
    }
}
