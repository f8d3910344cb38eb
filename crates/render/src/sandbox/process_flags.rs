//! Process attributes: core dumps, privileges, inherited descriptors and signals.
#![expect(
    unsafe_code,
    reason = "prctl, signal and close_range have no safe form in the standard library"
)]

use std::io;

/// Makes this process undumpable.
///
/// Other processes of the same user can then neither trace it nor read its memory, environment and
/// descriptors. Only root can. No core file is written either. This protects the parents of render
/// processes, which run as the same user and have credentials in their environment and memory.
///
/// # Errors
/// Only if the kernel does not have the call. Does nothing on systems other than Linux.
pub fn make_undumpable() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: plain numbers; the call does not touch this process's memory.
    if unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Prevents programs started by this process from having more privileges than the process itself.
pub(super) fn forbid_new_privileges() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: plain numbers; the call does not touch this process's memory.
    if unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Closes every descriptor except stdin, stdout and stderr.
///
/// The parent opens everything close-on-exec, so this only closes descriptors that were inherited
/// from elsewhere. Missing support for `close_range` is therefore ignored.
pub(super) fn close_inherited_descriptors() {
    #[cfg(target_os = "linux")]
    // SAFETY: this process has only opened stdin, stdout and stderr so far.
    unsafe {
        libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0);
    }
}

/// Ignores termination signals.
///
/// A terminal or a service manager sends them to a whole process group, but the parent must still
/// finish the current image. When the parent exits, the input of this process ends, and it exits
/// too.
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
