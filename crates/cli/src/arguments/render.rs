//! Arguments of a render process.

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Render {
    /// Address space in bytes
    #[arg(long)]
    pub(crate) max_memory: u64,
    /// CPU seconds for one image
    #[arg(long)]
    pub(crate) image_cpu_seconds: u64,
    /// CPU seconds for the lifetime of the process
    #[arg(long)]
    pub(crate) process_cpu_seconds: u64,
}
