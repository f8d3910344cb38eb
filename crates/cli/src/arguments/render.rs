//! Arguments of a render process.

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Render {
    /// Maximum address space in bytes
    #[arg(long)]
    pub(crate) max_memory: u64,
    /// Maximum CPU time for one image, in seconds
    #[arg(long)]
    pub(crate) image_cpu_seconds: u64,
    /// Maximum CPU time of the process over its lifetime, in seconds
    #[arg(long)]
    pub(crate) process_cpu_seconds: u64,
}
