//! The settings of the render pool.

use std::time::Duration;

use bytesize::ByteSize;
use serde::{Deserialize, Serialize};

use crate::sandbox::{ChildLimits, SandboxLayer, SandboxLayers};

/// The settings of the render pool (`[render]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RenderSettings {
    /// The number of images rendered at once; 0 means one per core.
    pub processes: usize,
    /// The deadline for one image, after which its process is killed.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// The address space of one render process.
    pub max_memory: ByteSize,
    /// The number of images a process renders before a fresh one replaces it.
    pub max_jobs: u32,
    /// The policy for systems that do not support every sandbox layer.
    pub sandbox: SandboxPolicy,
}

/// The policy for systems that do not support every sandbox layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SandboxPolicy {
    /// Images are rendered with the layers that the system supports; the log names the missing ones.
    BestEffort,
    /// No image is rendered unless every essential layer ([`SandboxLayer::is_essential`]) is in force.
    Required,
}

impl SandboxPolicy {
    /// Returns the required layers that are not in force.
    pub(crate) fn missing_from(self, layers: &SandboxLayers) -> Vec<SandboxLayer> {
        match self {
            Self::BestEffort => Vec::new(),
            Self::Required => layers
                .missing()
                .filter(|layer| layer.is_essential())
                .collect(),
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
            sandbox: SandboxPolicy::BestEffort,
        }
    }
}

impl RenderSettings {
    /// Returns the resource limits of a child.
    pub fn child_limits(&self) -> ChildLimits {
        // The parent's deadline is in wall-clock time, which is never less than CPU time.
        let image_cpu_seconds = self.timeout.as_secs().saturating_add(2);
        ChildLimits {
            max_memory: self.max_memory.as_u64(),
            image_cpu_seconds,
            process_cpu_seconds: image_cpu_seconds.saturating_mul(self.max_jobs.into()),
        }
    }

    /// Returns [`RenderSettings::processes`], with 0 resolved to the number of cores.
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
    fn only_essential_layers_are_required() {
        use SandboxLayer::{FileSystem, Resources, SystemCalls};
        let layers = SandboxLayers::from_iter;
        let required = |layers| SandboxPolicy::Required.missing_from(&layers);
        assert_eq!(required(layers(SandboxLayer::ALL.to_vec())), []);
        assert_eq!(
            required(layers(vec![Resources, FileSystem, SystemCalls])),
            []
        );
        assert_eq!(required(layers(vec![Resources, SystemCalls])), [FileSystem]);
        let none = SandboxLayers::default();
        assert_eq!(SandboxPolicy::BestEffort.missing_from(&none), []);
    }
}
