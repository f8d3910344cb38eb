//! Process attributes: core dumps, privileges, inherited descriptors and signals.
#![expect(
    unsafe_code,
    reason = "prctl, signal and close_range have no safe form in the standard library"
)]

use std::io;

/// Makes this process undumpable.
///
/// After that, only root can trace this process or read its memory, environment and descriptors.
/// Other processes of the same user cannot. The kernel does not write a core file either. This
/// protects the parents of render processes: they run as the same user and have credentials in
/// their environment and memory. Does nothing on systems other than Linux.
///
/// # Errors
/// The error of the call, which current kernels never return.
pub fn make_undumpable() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: the arguments are numbers, and the call does not touch this process's memory.
    if unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Prevents this process and its children from gaining privileges by starting a program.
pub(super) fn forbid_new_privileges() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: the arguments are numbers, and the call does not touch this process's memory.
    if unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Closes every descriptor except stdin, stdout and stderr.
///
/// The parent opens all its own files close-on-exec, so this function closes only descriptors that
/// other code opened without that flag. If the kernel does not support `close_range`, those few
/// descriptors stay open.
pub(super) fn close_inherited_descriptors() {
    #[cfg(target_os = "linux")]
    // SAFETY: this process has only opened stdin, stdout and stderr so far.
    unsafe {
        libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0);
    }
}

/// Ignores termination signals.
///
/// A terminal or a service manager sends these signals to a whole process group, but the parent
/// still needs this process to finish the current image. When the parent exits, the input of this
/// process ends, and this process exits too.
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
    fn make_undumpable_clears_the_dumpable_flag() {
        make_undumpable().unwrap();
        // SAFETY: the arguments are numbers.
        let dumpable = unsafe { libc::prctl(libc::PR_GET_DUMPABLE, 0, 0, 0, 0) };
        assert_eq!(dumpable, 0);
    }
}
