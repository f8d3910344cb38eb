//! The walls by name.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

/// Something that a render process cannot do, whatever a picture makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wall {
    /// No more descriptors, no processes, no bytes written to files (resource limits).
    Resources,
    /// No file is opened, made, removed or run, and no other process is traced (Landlock, Linux
    /// 5.13 and later).
    FileSystem,
    /// No TCP connection is made or taken (Landlock, Linux 6.7 and later).
    Tcp,
    /// No signal to another process, no abstract Unix socket (Landlock, Linux 6.12 and later).
    Signals,
    /// No system call but those that rendering needs: no socket of any kind, no file, no process,
    /// no new executable memory (seccomp).
    SystemCalls,
}

impl Wall {
    /// All of them, in the order in which they can be put up.
    pub const ALL: [Self; 5] = [
        Self::Resources,
        Self::FileSystem,
        Self::Tcp,
        Self::Signals,
        Self::SystemCalls,
    ];

    /// Whether everything that could be done without it is prevented by no other wall. TCP and
    /// signals need a newer Landlock than many kernels have, and [`Wall::SystemCalls`] covers both.
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

    /// What a kernel has to have for it.
    const fn needs(self) -> &'static str {
        match self {
            Self::Resources => "resource limits",
            Self::FileSystem => "Landlock, Linux 5.13 or later",
            Self::Tcp => "Landlock, Linux 6.7 or later",
            Self::Signals => "Landlock, Linux 6.12 or later",
            Self::SystemCalls => "seccomp, on x86_64 or aarch64",
        }
    }
}

impl Display for Wall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.needs())
    }
}

/// The walls that stand around a process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Walls(BTreeSet<Wall>);

impl Walls {
    /// Whether that one stands.
    pub fn have(&self, wall: Wall) -> bool {
        self.0.contains(&wall)
    }

    /// Those that do not stand.
    pub fn missing(&self) -> impl Iterator<Item = Wall> {
        Wall::ALL.into_iter().filter(|wall| !self.have(*wall))
    }

    /// The names of those that stand, with commas between.
    pub fn names(&self) -> String {
        let names: Vec<_> = self.0.iter().map(|wall| wall.name()).collect();
        names.join(", ")
    }
}

impl FromIterator<Wall> for Walls {
    fn from_iter<I: IntoIterator<Item = Wall>>(walls: I) -> Self {
        Self(walls.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_stand_is_missing() {
        let walls: Walls = [Wall::SystemCalls, Wall::Resources].into_iter().collect();
        assert_eq!(walls.names(), "resources, system_calls");
        let missing: Vec<_> = walls.missing().collect();
        assert_eq!(missing, [Wall::FileSystem, Wall::Tcp, Wall::Signals]);
    }

    #[test]
    fn names_are_what_is_sent() {
        for wall in Wall::ALL {
            assert_eq!(serde_json::to_value(wall).unwrap(), wall.name());
        }
    }
}
