//! Resource limits that the kernel enforces.
#![expect(
    unsafe_code,
    reason = "setrlimit and clock_gettime have no safe form in the standard library"
)]

use std::io;

/// The resource limits of a render process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChildLimits {
    /// The address space in bytes.
    pub max_memory: u64,
    /// The CPU time in seconds for one image. The parent's deadline is earlier, so this limit takes
    /// effect only if the parent has died or is suspended.
    pub image_cpu_seconds: u64,
    /// The CPU time in seconds for the whole life of the process.
    pub process_cpu_seconds: u64,
}

/// Limits address space and CPU time, and forbids core files.
pub(super) fn limit_memory_and_cpu_time(limits: &ChildLimits) -> io::Result<()> {
    limit(libc::RLIMIT_CORE, 0, 0)?;
    // macOS accepts this limit but does not enforce it. There, only the parent's deadline stops an
    // image that allocates without end.
    limit(libc::RLIMIT_AS, limits.max_memory, limits.max_memory)?;
    let hard = limits.process_cpu_seconds;
    limit(libc::RLIMIT_CPU, limits.image_cpu_seconds.min(hard), hard)
}

/// Forbids new descriptors, new processes and threads, and writing to files.
pub(super) fn limit_counts() -> io::Result<()> {
    limit(libc::RLIMIT_NOFILE, 3, 3)?;
    limit(libc::RLIMIT_NPROC, 0, 0)?;
    limit(libc::RLIMIT_FSIZE, 0, 0)
}

/// Grants this process the CPU time for one more image.
pub(crate) fn grant_cpu_time(limits: &ChildLimits) -> io::Result<()> {
    let hard = limits.process_cpu_seconds;
    let soft = cpu_seconds()?.saturating_add(limits.image_cpu_seconds);
    limit(libc::RLIMIT_CPU, soft.min(hard), hard)
}

/// Returns the CPU time in seconds that this process has used so far.
fn cpu_seconds() -> io::Result<u64> {
    let mut used = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is to a value that outlives the call.
    match unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut used) } {
        0 => Ok(u64::try_from(used.tv_sec).unwrap_or_default()),
        _ => Err(io::Error::last_os_error()),
    }
}

// The type of a resource id differs between C libraries.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
type Resource = libc::__rlimit_resource_t;
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
type Resource = libc::c_int;

fn limit(resource: Resource, soft: u64, hard: u64) -> io::Result<()> {
    let limit = libc::rlimit {
        rlim_cur: soft,
        rlim_max: hard,
    };
    // SAFETY: the pointer is to a value that outlives the call.
    match unsafe { libc::setrlimit(resource, &raw const limit) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
