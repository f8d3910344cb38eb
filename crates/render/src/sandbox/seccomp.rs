//! The seccomp layer, which permits only the system calls that rendering needs.
//!
//! A system call that is on none of the lists below kills the process. If an image makes the
//! process open a file or a socket, the image has taken over the process and must not get a second
//! chance. The exception is a few harmless calls, which fail with an error but do not kill the
//! process. C libraries make these calls but do not depend on their success. Without this
//! exception, an update of the C library could make every image kill its process.

use std::collections::BTreeMap;
use std::io;

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch, apply_filter,
};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Calls that are allowed: pipes, memory, locks, signal handlers, the process's own ids, time,
/// randomness, and an orderly exit.
const ALLOWED: [libc::c_long; 22] = [
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_brk,
    libc::SYS_madvise,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_clock_gettime,
    libc::SYS_getrandom,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Calls that are refused with EPERM: harmless calls about descriptors, files, processors and
/// resource usage. This program does not depend on them.
const REFUSED: [libc::c_long; 8] = [
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_getrusage,
    libc::SYS_ioctl,
    libc::SYS_lseek,
    libc::SYS_sched_getaffinity,
    libc::SYS_sysinfo,
];

/// Restricts this process to the allowed system calls. Returns `false` if the kernel or the
/// processor does not support such filters, or the container forbids them.
pub(super) fn forbid_system_calls() -> io::Result<bool> {
    let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else {
        return Ok(false);
    };
    let filters = filters(arch).map_err(io::Error::other)?;
    // If filters disagree, the kernel applies the strictest result. Each filter must allow the
    // calls that install the next filter, so the strictest filter is last.
    match filters.iter().try_for_each(|filter| apply_filter(filter)) {
        Ok(()) => Ok(true),
        // The kernel was built without filters, or the container forbids them.
        Err(seccompiler::Error::Seccomp(_)) => Ok(false),
        Err(error) => Err(io::Error::other(error)),
    }
}

/// Returns the filters in the order in which they are installed.
fn filters(arch: TargetArch) -> Result<Vec<BpfProgram>, BackendError> {
    let mut refused: Rules = REFUSED.map(|call| (call, Vec::new())).into();
    // A tunable can make glibc's allocator call `prctl` to name its mappings.
    let naming_memory = SeccompRule::new(vec![is(0, libc::PR_SET_VMA as u64)?])?;
    refused.insert(libc::SYS_prctl, vec![naming_memory]);
    let mut allowed: Rules = ALLOWED.map(|call| (call, Vec::new())).into();
    allowed.extend(refused.clone());
    allowed.extend(allowed_with_arguments()?);
    let permission_denied = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let (allow, kill) = (SeccompAction::Allow, SeccompAction::KillProcess);
    let filters = [
        SeccompFilter::new(refused, allow.clone(), permission_denied, arch)?,
        SeccompFilter::new(allowed, kill, allow, arch)?,
    ];
    filters.into_iter().map(BpfProgram::try_from).collect()
}

/// Returns the calls that are only allowed with certain arguments.
fn allowed_with_arguments() -> Result<Rules, BackendError> {
    let own_pid = u64::from(std::process::id());
    let not_executable = SeccompCmpOp::MaskedEq(libc::PROT_EXEC.unsigned_abs().into());
    let own_cpu_time = vec![is(0, 0)?, is(1, libc::RLIMIT_CPU as u64)?];
    [
        // Memory may be mapped for data, but never for code.
        (
            libc::SYS_mmap,
            vec![argument(2, not_executable.clone(), 0)?],
        ),
        (libc::SYS_mprotect, vec![argument(2, not_executable, 0)?]),
        // `abort` sends a signal to its own process: with tgkill in glibc, with tkill in musl.
        (libc::SYS_tgkill, vec![is(0, own_pid)?]),
        (libc::SYS_tkill, vec![is(0, own_pid)?]),
        // The process may set its own limit on CPU time, which it does before each image.
        (libc::SYS_prlimit64, own_cpu_time),
    ]
    .into_iter()
    .map(|(call, conditions)| Ok((call, vec![SeccompRule::new(conditions)?])))
    .collect()
}

fn is(index: u8, value: u64) -> Result<SeccompCondition, BackendError> {
    argument(index, SeccompCmpOp::Eq, value)
}

fn argument(index: u8, op: SeccompCmpOp, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(index, SeccompCmpArgLen::Dword, op, value)
}
