//! How the render processes are kept.

use std::time::Duration;

use bytesize::ByteSize;
use serde::{Deserialize, Serialize};

use crate::confinement::{ChildLimits, Wall, Walls};

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
    /// What to do where the system cannot put up every wall around a render process.
    pub sandbox: Sandbox,
}

/// Whether render processes may run behind fewer walls than there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sandbox {
    /// As many walls as the system has; the log says which are missing.
    BestEffort,
    /// Every essential wall ([`Wall::is_essential`]), or no picture is rendered.
    Required,
}

impl Sandbox {
    /// The walls that have to stand and do not.
    pub(crate) fn lacks(self, walls: &Walls) -> Vec<Wall> {
        match self {
            Self::BestEffort => Vec::new(),
            Self::Required => walls.missing().filter(|wall| wall.is_essential()).collect(),
        }
    }
}

impl Default for RenderSettings {
    fn default() -> Self {
        Self {
            processes: 0,
            timeout: Duration::from_secs(30),
            max_memory: ByteSize::gib(1),
            max_jobs: 200,
            sandbox: Sandbox::BestEffort,
        }
    }
}

impl RenderSettings {
    /// What a child is told to keep to.
    pub fn child_limits(&self) -> ChildLimits {
        // The parent's deadline is in time that passes, which is never less than the processor's.
        let picture_cpu_seconds = self.timeout.as_secs().saturating_add(2);
        ChildLimits {
            max_memory: self.max_memory.as_u64(),
            picture_cpu_seconds,
            process_cpu_seconds: picture_cpu_seconds.saturating_mul(self.max_jobs.into()),
        }
    }

    /// [`RenderSettings::processes`] with 0 resolved to the number of cores.
    pub fn process_count(&self) -> usize {
        match self.processes {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            count => count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_essential_walls_are_required() {
        let all: Walls = Wall::ALL.into_iter().collect();
        let old_kernel: Walls = [Wall::Resources, Wall::FileSystem, Wall::SystemCalls]
            .into_iter()
            .collect();
        let no_landlock: Walls = [Wall::Resources, Wall::SystemCalls].into_iter().collect();
        for enough in [&all, &old_kernel] {
            assert_eq!(Sandbox::Required.lacks(enough), []);
        }
        assert_eq!(Sandbox::Required.lacks(&no_landlock), [Wall::FileSystem]);
        assert_eq!(Sandbox::BestEffort.lacks(&Walls::default()), []);
    }
}
