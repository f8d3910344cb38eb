//! The cost of rendering, estimated before any pixel is decoded.

mod memory;

pub(crate) use memory::memory_estimate;
