//! The settings of the render pool.

use std::time::Duration;

use bytesize::ByteSize;
use darkroom_contract::SettingError;
use serde::{Deserialize, Serialize};

use crate::sandbox::{ChildLimits, SandboxLayer, SandboxLayers};

/// The settings of the render pool (`[render]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RenderSettings {
    /// The number of images rendered at once. 0 means one per core.
    pub processes: usize,
    /// The deadline for one image. A process that exceeds it is killed.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// The address space of one render process.
    pub max_memory: ByteSize,
    /// The number of images that a process renders or inspects before a fresh process replaces it.
    pub max_jobs: u32,
    /// The policy for systems that do not support every sandbox layer.
    pub sandbox: SandboxPolicy,
}

/// The policy for systems that do not support every sandbox layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SandboxPolicy {
    /// Images are rendered with the layers that the system supports. The log names the missing
    /// layers.
    BestEffort,
    /// Images are rendered only if every essential layer ([`SandboxLayer::is_essential`]) is in
    /// force.
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
    /// Checks the rules that the types do not express.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn validate(&self) -> Result<(), SettingError> {
        for (is_valid, key, problem) in [
            (
                !self.timeout.is_zero(),
                "render.timeout",
                "must be more than 0 s",
            ),
            (
                self.max_memory >= ByteSize::mib(64),
                "render.max_memory",
                "must be at least 64 MiB",
            ),
            (self.max_jobs > 0, "render.max_jobs", "must be at least 1"),
        ] {
            SettingError::ensure(is_valid, key, problem)?;
        }
        Ok(())
    }

    /// Returns the resource limits of a child.
    pub fn child_limits(&self) -> ChildLimits {
        // The CPU limit is longer than the parent's deadline, which is in wall-clock time.
        // Rendering is single-threaded, so its CPU time never exceeds its wall-clock time.
        // Therefore the deadline always ends a slow image before this limit does.
        let image_cpu_seconds = self.timeout.as_secs().saturating_add(2);
        ChildLimits {
            max_memory: self.max_memory.as_u64(),
            image_cpu_seconds,
            process_cpu_seconds: image_cpu_seconds.saturating_mul(self.max_jobs.into()),
        }
    }

    /// Returns [`RenderSettings::processes`], or the number of cores if that is 0.
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

    #[test]
    fn the_error_for_a_value_out_of_bounds_names_the_setting() {
        let default = RenderSettings::default;
        assert_eq!(default().validate(), Ok(()));
        for (settings, key) in [
            (
                RenderSettings {
                    timeout: Duration::ZERO,
                    ..default()
                },
                "render.timeout",
            ),
            (
                RenderSettings {
                    max_memory: ByteSize::kib(1),
                    ..default()
                },
                "render.max_memory",
            ),
            (
                RenderSettings {
                    max_jobs: 0,
                    ..default()
                },
                "render.max_jobs",
            ),
        ] {
            assert_eq!(settings.validate().unwrap_err().key(), key);
        }
    }
}
