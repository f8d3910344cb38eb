//! The layers of the sandbox by name.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

/// A layer of the sandbox. It prevents certain actions even if an image has taken over the render
/// process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SandboxLayer {
    /// No more descriptors, no processes, no bytes written to files (resource limits).
    Resources,
    /// No file is opened, created, removed or executed, and no other process is traced (Landlock,
    /// Linux 5.13 and later).
    FileSystem,
    /// No TCP connection is made or accepted (Landlock, Linux 6.7 and later).
    Tcp,
    /// No signal to another process, no abstract Unix socket (Landlock, Linux 6.12 and later).
    Signals,
    /// Only system calls that rendering needs. They allow no socket, no file, no process and no new
    /// executable memory (seccomp).
    SystemCalls,
}

impl SandboxLayer {
    /// All layers.
    pub const ALL: [Self; 5] = [
        Self::Resources,
        Self::FileSystem,
        Self::Tcp,
        Self::Signals,
        Self::SystemCalls,
    ];

    /// Returns whether some attack is prevented by this layer alone.
    ///
    /// [`SandboxLayer::Tcp`] and [`SandboxLayer::Signals`] are not essential. They need a newer
    /// Landlock than many kernels have, and [`SandboxLayer::SystemCalls`] covers both.
    pub const fn is_essential(self) -> bool {
        !matches!(self, Self::Tcp | Self::Signals)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Resources => "resources",
            Self::FileSystem => "file_system",
            Self::Tcp => "tcp",
            Self::Signals => "signals",
            Self::SystemCalls => "system_calls",
        }
    }

    /// Returns the kernel feature that the layer needs.
    const fn requirement(self) -> &'static str {
        match self {
            Self::Resources => "resource limits",
            Self::FileSystem => "Landlock, Linux 5.13 or later",
            Self::Tcp => "Landlock, Linux 6.7 or later",
            Self::Signals => "Landlock, Linux 6.12 or later",
            Self::SystemCalls => "seccomp, on x86_64 or aarch64",
        }
    }
}

impl Display for SandboxLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.requirement())
    }
}

/// The layers that confine a process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SandboxLayers(BTreeSet<SandboxLayer>);

impl SandboxLayers {
    /// Returns whether a layer is in force.
    pub fn contains(&self, layer: SandboxLayer) -> bool {
        self.0.contains(&layer)
    }

    /// Returns the layers that are not in force.
    pub fn missing(&self) -> impl Iterator<Item = SandboxLayer> {
        SandboxLayer::ALL
            .into_iter()
            .filter(|layer| !self.contains(*layer))
    }

    /// Returns the names of the layers in force, separated by commas.
    pub fn names(&self) -> String {
        let names: Vec<_> = self.0.iter().map(|layer| layer.name()).collect();
        names.join(", ")
    }
}

impl FromIterator<SandboxLayer> for SandboxLayers {
    fn from_iter<I: IntoIterator<Item = SandboxLayer>>(layers: I) -> Self {
        Self(layers.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_that_is_not_in_force_is_missing() {
        let layers: SandboxLayers = [SandboxLayer::SystemCalls, SandboxLayer::Resources]
            .into_iter()
            .collect();
        assert_eq!(layers.names(), "resources, system_calls");
        let missing: Vec<_> = layers.missing().collect();
        let expected = [
            SandboxLayer::FileSystem,
            SandboxLayer::Tcp,
            SandboxLayer::Signals,
        ];
        assert_eq!(missing, expected);
    }

    #[test]
    fn names_equal_the_serialized_form() {
        for layer in SandboxLayer::ALL {
            assert_eq!(serde_json::to_value(layer).unwrap(), layer.name());
        }
    }
}
