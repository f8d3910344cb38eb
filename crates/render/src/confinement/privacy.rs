//! What other processes see of this one, and this one of its parent.
#![expect(
    unsafe_code,
    reason = "prctl, signal and close_range have no safe form in the standard library"
)]

use std::io;

/// Keeps other processes of the same user from reading this one's memory, environment and
/// descriptors, or tracing it; only root still can. No core file is written either.
///
/// Credentials stand in the environment and the memory of the processes that start render
/// processes, and those run as the same user.
///
/// # Errors
/// Only if the kernel does not know the call. Does nothing outside Linux.
pub fn keep_private() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: plain numbers; the call does not touch this process's memory.
    if unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// No program that this process could start may do more than it may itself.
pub(super) fn gain_no_privileges() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: plain numbers; the call does not touch this process's memory.
    if unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Everything we open is closed on exec, so this finds what others have left open: a kernel
/// without close_range is no reason to stop.
pub(super) fn close_inherited() {
    #[cfg(target_os = "linux")]
    // SAFETY: nothing of this process's own is open yet but stdin, stdout and stderr.
    unsafe {
        libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0);
    }
}

/// A terminal and a service manager tell a whole group to stop. The parent has yet to finish what
/// this process is at; when the parent is gone, the input ends, and so does this process.
pub(super) fn leave_signals_to_the_parent() {
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        // SAFETY: ignoring a signal installs no code.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_keeps_private_is_not_dumpable() {
        keep_private().unwrap();
        // SAFETY: plain numbers.
        let dumpable = unsafe { libc::prctl(libc::PR_GET_DUMPABLE, 0, 0, 0, 0) };
        assert_eq!(dumpable, 0);
    }
}
