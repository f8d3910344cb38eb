//! Pixels in memory, and the operations that turn a stored image into the pixels of a variant.

mod allocation;
mod crop;
mod difference;
mod orient;
mod pad;
mod place;
mod raster;
mod resample;
mod transpose;

pub(crate) use allocation::{out_of_memory, probe, zeroed_buffer};
pub(crate) use crop::crop;
pub(crate) use difference::{changed_area, looks_equal};
pub(crate) use orient::{copy_upright_rows, to_upright};
pub(crate) use pad::pad;
pub(crate) use place::place;
pub(crate) use raster::{Layout, Pixels};
pub(crate) use resample::{resample, resample_part, resample_samples};
