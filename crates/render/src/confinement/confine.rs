//! Putting up the walls.

use std::io;

use super::limits::{ChildLimits, limit_counts, limit_memory_and_time};
use super::privacy::{
    close_inherited, gain_no_privileges, keep_private, leave_signals_to_the_parent,
};
use super::wall::{Wall, Walls};

/// Confines this process, which must have one thread only, for good: bounded memory and time, no
/// descriptors but stdin, stdout and stderr, no core file, and those of `walls` that the kernel
/// has. Says which of them stand.
///
/// # Errors
/// If the kernel refuses a limit, which it does where a hard limit is already lower.
pub fn confine(limits: &ChildLimits, walls: impl IntoIterator<Item = Wall>) -> io::Result<Walls> {
    leave_signals_to_the_parent();
    close_inherited();
    keep_private()?;
    gain_no_privileges()?;
    limit_memory_and_time(limits)?;
    // Landlock needs a descriptor for a moment, and seccomp forbids all the others.
    let mut in_order: Vec<Wall> = walls.into_iter().collect();
    in_order.sort_by_key(|wall| match wall {
        Wall::FileSystem | Wall::Tcp | Wall::Signals => 0,
        Wall::Resources => 1,
        Wall::SystemCalls => 2,
    });
    let mut standing = Vec::new();
    for wall in in_order {
        if put_up(wall)? {
            standing.push(wall);
        }
    }
    Ok(standing.into_iter().collect())
}

fn put_up(wall: Wall) -> io::Result<bool> {
    match wall {
        Wall::Resources => limit_counts().map(|()| true),
        #[cfg(target_os = "linux")]
        Wall::FileSystem => Ok(super::landlock::forbid_files()),
        #[cfg(target_os = "linux")]
        Wall::Tcp => Ok(super::landlock::forbid_tcp()),
        #[cfg(target_os = "linux")]
        Wall::Signals => Ok(super::landlock::forbid_signals()),
        #[cfg(all(
            target_os = "linux",
            any(target_arch = "x86_64", target_arch = "aarch64")
        ))]
        Wall::SystemCalls => super::seccomp::forbid_system_calls(),
        #[allow(unreachable_patterns, reason = "where the system has every wall")]
        _ => Ok(false),
    }
}
