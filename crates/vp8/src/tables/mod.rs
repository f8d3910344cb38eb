//! Constants of RFC 6386, and what follows from them.

mod coefficients;
mod modes;
mod steps;

pub(crate) use coefficients::{DEFAULT_PROBABILITIES, UPDATE_PROBABILITIES};
pub(crate) use modes::{
    CHROMA_MODE_PROBABILITIES, LUMA_MODE_PROBABILITIES, SUBBLOCK_MODE_PROBABILITIES,
};
pub(crate) use steps::{AC_STEPS, DC_STEPS};

/// The position in a block of each coefficient in coding order (section 13).
pub(crate) const ZIGZAG: [usize; 16] = [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];

/// The band of each coefficient in coding order (section 13.3). The last entry is for the position
/// after the last coefficient.
pub(crate) const BANDS: [usize; 17] = [0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0];

/// Probabilities of the extra bits of the token categories 3 to 6, and the first value of each
/// (section 13.2).
pub(crate) const CATEGORY_3: [u8; 3] = [173, 148, 140];
pub(crate) const CATEGORY_4: [u8; 4] = [176, 155, 140, 135];
pub(crate) const CATEGORY_5: [u8; 5] = [180, 157, 141, 134, 130];
pub(crate) const CATEGORY_6: [u8; 11] = [254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129];
