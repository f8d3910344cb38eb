//! Bounds that the kernel keeps by itself.
#![expect(
    unsafe_code,
    reason = "setrlimit and clock_gettime have no safe form in the standard library"
)]

use std::io;

/// How much a render process may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChildLimits {
    /// Bytes of address space.
    pub max_memory: u64,
    /// Seconds of processor time for one picture. The parent's deadline comes first; this is for
    /// when there is no parent any more.
    pub picture_cpu_seconds: u64,
    /// Seconds of processor time for the whole life of the process.
    pub process_cpu_seconds: u64,
}

/// Address space and processor time; no core file.
pub(super) fn limit_memory_and_time(limits: &ChildLimits) -> io::Result<()> {
    limit(libc::RLIMIT_CORE, 0, 0)?;
    // macOS accepts this limit and does not keep it; the deadline still ends an allocation storm.
    limit(libc::RLIMIT_AS, limits.max_memory, limits.max_memory)?;
    let most = limits.process_cpu_seconds;
    limit(libc::RLIMIT_CPU, limits.picture_cpu_seconds.min(most), most)
}

/// No descriptor beyond the three there are, no process or thread, no byte into a file.
pub(super) fn limit_counts() -> io::Result<()> {
    limit(libc::RLIMIT_NOFILE, 3, 3)?;
    // Decoders of HEIF have threads, which count as the user's processes; seccomp tells them apart.
    if !cfg!(feature = "heif") {
        limit(libc::RLIMIT_NPROC, 0, 0)?;
    }
    limit(libc::RLIMIT_FSIZE, 0, 0)
}

/// Gives this process the processor time of one more picture.
pub(crate) fn begin_picture(limits: &ChildLimits) -> io::Result<()> {
    let most = limits.process_cpu_seconds;
    let until = cpu_seconds()?.saturating_add(limits.picture_cpu_seconds);
    limit(libc::RLIMIT_CPU, until.min(most), most)
}

/// Processor time this process has taken so far.
fn cpu_seconds() -> io::Result<u64> {
    let mut taken = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is to a value that outlives the call.
    match unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut taken) } {
        0 => Ok(u64::try_from(taken.tv_sec).unwrap_or_default()),
        _ => Err(io::Error::last_os_error()),
    }
}

// The type of a resource's name differs between C libraries.
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
