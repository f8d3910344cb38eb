//! Kernels for x86-64.

mod avx2;
mod block_transform;
mod memory;
mod rows;
mod sse41;
mod subblock;

pub(crate) use avx2::Avx2;
pub(crate) use sse41::Sse41;
