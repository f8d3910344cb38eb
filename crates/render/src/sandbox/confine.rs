//! Entering the sandbox.

use std::io;

use super::layer::{SandboxLayer, SandboxLayers};
use super::limits::{ChildLimits, limit_counts, limit_memory_and_cpu_time};
use super::process_flags::{
    close_inherited_descriptors, forbid_new_privileges, ignore_termination_signals, make_undumpable,
};

/// Confines this process permanently and returns the layers that are in force.
///
/// Ignores termination signals, closes all descriptors except stdin, stdout and stderr, prevents
/// core files and new privileges, bounds memory and CPU time, and then applies those of `layers`
/// that the kernel supports. The process must have a single thread.
///
/// # Errors
/// The error of the first call that the kernel refuses. For example, it refuses a limit if the hard
/// limit is already lower.
pub fn confine(
    limits: &ChildLimits,
    layers: impl IntoIterator<Item = SandboxLayer>,
) -> io::Result<SandboxLayers> {
    ignore_termination_signals();
    close_inherited_descriptors();
    make_undumpable()?;
    forbid_new_privileges()?;
    limit_memory_and_cpu_time(limits)?;
    // The order matters. Landlock needs a descriptor for a moment, so it comes before the layer
    // that forbids new descriptors (`Resources`). Seccomp forbids the calls that the other layers
    // need, so it comes last.
    let mut in_order: Vec<SandboxLayer> = layers.into_iter().collect();
    in_order.sort_by_key(|layer| match layer {
        SandboxLayer::FileSystem | SandboxLayer::Tcp | SandboxLayer::Signals => 0,
        SandboxLayer::Resources => 1,
        SandboxLayer::SystemCalls => 2,
    });
    let mut in_force = Vec::new();
    for layer in in_order {
        if apply(layer)? {
            in_force.push(layer);
        }
    }
    Ok(in_force.into_iter().collect())
}

/// Applies a layer. Returns `false` if the system does not support it.
fn apply(layer: SandboxLayer) -> io::Result<bool> {
    match layer {
        SandboxLayer::Resources => limit_counts().map(|()| true),
        #[cfg(target_os = "linux")]
        SandboxLayer::FileSystem => Ok(super::landlock::forbid_files()),
        #[cfg(target_os = "linux")]
        SandboxLayer::Tcp => Ok(super::landlock::forbid_tcp()),
        #[cfg(target_os = "linux")]
        SandboxLayer::Signals => Ok(super::landlock::forbid_signals()),
        #[cfg(all(
            target_os = "linux",
            any(target_arch = "x86_64", target_arch = "aarch64")
        ))]
        SandboxLayer::SystemCalls => super::seccomp::forbid_system_calls(),
        #[allow(unreachable_patterns, reason = "on systems that have every layer")]
        _ => Ok(false),
    }
}
