//! What a render process gives up before it reads a byte.
#![expect(
    unsafe_code,
    reason = "setrlimit, prctl and close_range have no safe form in the standard library"
)]

use std::io;

/// Bounds this process: address space, no core files, no descriptors but stdin, stdout and stderr.
///
/// # Errors
/// Only if the kernel refuses a limit, which it does where a hard limit is already lower.
pub(crate) fn confine(max_memory: u64) -> io::Result<()> {
    leave_signals_to_the_parent();
    limit(libc::RLIMIT_CORE, 0)?;
    // macOS accepts this limit and does not keep it; the deadline still ends an allocation storm.
    limit(libc::RLIMIT_AS, max_memory)?;
    #[cfg(target_os = "linux")]
    linux()?;
    Ok(())
}

/// A terminal and a service manager tell a whole group to stop. The parent has yet to finish what
/// this process is at; when the parent is gone, the input ends, and so does this process.
fn leave_signals_to_the_parent() {
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        // SAFETY: ignoring a signal installs no code.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
}

// The type of a resource's name differs between C libraries.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
type Resource = libc::__rlimit_resource_t;
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
type Resource = libc::c_int;

fn limit(resource: Resource, most: u64) -> io::Result<()> {
    let limit = libc::rlimit {
        rlim_cur: most,
        rlim_max: most,
    };
    // SAFETY: the pointer is to a value that outlives the call.
    match unsafe { libc::setrlimit(resource, &raw const limit) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(target_os = "linux")]
fn linux() -> io::Result<()> {
    // SAFETY: plain numbers; neither call touches this process's memory. A kernel without
    // close_range has nothing to close either: everything we open is closed on exec.
    unsafe {
        libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0);
        if libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 {
            return Err(io::Error::last_os_error());
        }
        if libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}
