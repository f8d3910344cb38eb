//! The sandbox layers and their names.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

/// A layer of the sandbox. Each layer prevents certain actions of a render process, even after an
/// image has taken over the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SandboxLayer {
    /// The process cannot open descriptors, start processes or write to files (resource limits).
    Resources,
    /// The process cannot open, create, remove or execute files, or trace other processes
    /// (Landlock, Linux 5.13 and later).
    FileSystem,
    /// The process cannot make or accept TCP connections (Landlock, Linux 6.7 and later).
    Tcp,
    /// The process cannot send signals to other processes or connect to their abstract Unix sockets
    /// (Landlock, Linux 6.12 and later).
    Signals,
    /// The process can make only the system calls that rendering needs. With these, it cannot get a
    /// socket, a file, another process or new executable memory (seccomp).
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

    /// Returns `true` if `render.sandbox = "required"` requires this layer.
    ///
    /// [`SandboxLayer::Tcp`] and [`SandboxLayer::Signals`] are not essential. They need a newer
    /// Landlock than many kernels have, and [`SandboxLayer::SystemCalls`] covers both.
    pub const fn is_essential(self) -> bool {
        !matches!(self, Self::Tcp | Self::Signals)
    }

    /// Returns the name in logs, metrics and the handshake.
    pub(crate) const fn name(self) -> &'static str {
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
    /// Returns `true` if the layer is in force.
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

    /// Returns one line for each layer, with its name and its state: `sandbox tcp: in force` or
    /// `sandbox tcp: missing`.
    pub fn detail(&self) -> String {
        let lines = SandboxLayer::ALL.map(|layer| {
            let state = if self.contains(layer) {
                "in force"
            } else {
                "missing"
            };
            format!("sandbox {}: {state}\n", layer.name())
        });
        lines.concat()
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
        assert_eq!(
            layers.detail(),
            "sandbox resources: in force\nsandbox file_system: missing\nsandbox tcp: missing\n\
             sandbox signals: missing\nsandbox system_calls: in force\n"
        );
    }

    #[test]
    fn the_name_of_a_layer_is_its_serialized_form() {
        for layer in SandboxLayer::ALL {
            assert_eq!(serde_json::to_value(layer).unwrap(), layer.name());
        }
    }
}
