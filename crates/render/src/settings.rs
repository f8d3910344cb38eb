//! How the render processes are kept.

use std::time::Duration;

use bytesize::ByteSize;
use serde::{Deserialize, Serialize};

/// How much a render process may take (`[render]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RenderSettings {
    /// How many pictures are rendered at once; 0 stands for one per core.
    pub processes: usize,
    /// How long one picture may take before its process is killed.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// Address space of one render process.
    pub max_memory: ByteSize,
    /// How many pictures a process renders before a fresh one takes its place.
    pub max_jobs: u32,
}

impl Default for RenderSettings {
    fn default() -> Self {
        Self {
            processes: 0,
            timeout: Duration::from_secs(30),
            max_memory: ByteSize::gib(1),
            max_jobs: 200,
        }
    }
}

impl RenderSettings {
    /// [`RenderSettings::processes`] with 0 resolved to the number of cores.
    pub fn process_count(&self) -> usize {
        match self.processes {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            count => count,
        }
    }
}
