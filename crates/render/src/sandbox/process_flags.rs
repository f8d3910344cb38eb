//! Process attributes: core dumps, privileges, inherited descriptors and signals.
#![expect(
    unsafe_code,
    reason = "prctl, signal and close_range have no safe form in the standard library"
)]

use std::io;

/// Makes this process undumpable.
///
/// Other processes of the same user can then neither read its memory, environment and descriptors
/// nor trace it; only root can. No core file is written either. Processes that start render
/// processes hold credentials in their environment and memory, and run as the same user.
///
/// # Errors
/// Only if the kernel does not know the call. Does nothing outside Linux.
pub fn make_undumpable() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: plain numbers; the call does not touch this process's memory.
    if unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Forbids that a program started by this process has more privileges than the process itself.
pub(super) fn forbid_new_privileges() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: plain numbers; the call does not touch this process's memory.
    if unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Closes every descriptor but stdin, stdout and stderr.
///
/// The parent opens everything close-on-exec, so this only closes what others left open. A kernel
/// without `close_range` is therefore no reason to stop.
pub(super) fn close_inherited_descriptors() {
    #[cfg(target_os = "linux")]
    // SAFETY: this process has opened nothing yet but stdin, stdout and stderr.
    unsafe {
        libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0);
    }
}

/// Ignores the signals that ask for termination.
///
/// A terminal or a service manager sends them to a whole process group, but the parent still has to
/// finish the current image. When the parent exits, the input ends, and so does this process.
pub(super) fn ignore_termination_signals() {
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        // SAFETY: ignoring a signal installs no code.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn an_undumpable_process_is_reported_as_such() {
        make_undumpable().unwrap();
        // SAFETY: plain numbers.
        let dumpable = unsafe { libc::prctl(libc::PR_GET_DUMPABLE, 0, 0, 0, 0) };
        assert_eq!(dumpable, 0);
    }
}
