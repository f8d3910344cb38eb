//! seccomp: no system call but those that rendering needs.
//!
//! What is not on a list kills the process: a picture that makes it ask for a file or a socket has
//! taken it over, and must not get another try. The few harmless questions that a C library may
//! put, and answers for itself when it is refused, are refused instead, so that another libc or an
//! update of it does not turn good pictures away.

use std::collections::BTreeMap;
use std::io;

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch, apply_filter,
};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Pipes, memory, time, randomness, and an orderly end.
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

/// Answered with EPERM: what descriptors, processors and names are, which nothing here depends on.
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

/// Leaves this process the system calls above; `false` where the kernel or the processor has no
/// such filters.
pub(super) fn forbid_system_calls() -> io::Result<bool> {
    let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else {
        return Ok(false);
    };
    let filters = filters(arch).map_err(io::Error::other)?;
    // The strictest answer counts. The last one installed must still be allowed to be.
    match filters.iter().try_for_each(|filter| apply_filter(filter)) {
        Ok(()) => Ok(true),
        // A kernel built without filters, or a container that lets nobody have their own.
        Err(seccompiler::Error::Seccomp(_)) => Ok(false),
        Err(error) => Err(io::Error::other(error)),
    }
}

fn filters(arch: TargetArch) -> Result<Vec<BpfProgram>, BackendError> {
    let mut refused: Rules = REFUSED.map(|call| (call, Vec::new())).into();
    // glibc's allocator gives its memory names where it is told to.
    let naming_memory = SeccompRule::new(vec![is(0, libc::PR_SET_VMA as u64)?])?;
    refused.insert(libc::SYS_prctl, vec![naming_memory]);
    let mut allowed: Rules = ALLOWED.map(|call| (call, Vec::new())).into();
    allowed.extend(refused.clone());
    allowed.extend(allowed_with_arguments()?);
    let mut missing = Rules::new();
    if cfg!(feature = "heif") {
        allowed.extend(threads()?);
        missing.insert(libc::SYS_clone3, Vec::new());
        allowed.extend(missing.clone());
    }
    let errno = |errno: i32| SeccompAction::Errno(errno.unsigned_abs());
    let (allow, kill) = (SeccompAction::Allow, SeccompAction::KillProcess);
    let mut filters = Vec::new();
    if !missing.is_empty() {
        filters.push(SeccompFilter::new(
            missing,
            allow.clone(),
            errno(libc::ENOSYS),
            arch,
        )?);
    }
    filters.push(SeccompFilter::new(
        refused,
        allow.clone(),
        errno(libc::EPERM),
        arch,
    )?);
    filters.push(SeccompFilter::new(allowed, kill, allow, arch)?);
    filters.into_iter().map(BpfProgram::try_from).collect()
}

/// What starting and naming a thread needs, which decoders of HEIF do, and no new process. `clone3`
/// keeps its flags where no filter sees them: as on a kernel without it, `clone` is tried next.
fn threads() -> Result<Rules, BackendError> {
    let thread = u64::from((libc::CLONE_THREAD | libc::CLONE_VM).unsigned_abs());
    let thread_only = argument(0, SeccompCmpOp::MaskedEq(thread), thread)?;
    let naming_thread = is(0, libc::PR_SET_NAME as u64)?;
    let naming_memory = is(0, libc::PR_SET_VMA as u64)?;
    Ok([
        (libc::SYS_clone, vec![SeccompRule::new(vec![thread_only])?]),
        (libc::SYS_set_robust_list, Vec::new()),
        (libc::SYS_rseq, Vec::new()),
        (
            libc::SYS_prctl,
            vec![
                SeccompRule::new(vec![naming_memory])?,
                SeccompRule::new(vec![naming_thread])?,
            ],
        ),
    ]
    .into())
}

fn allowed_with_arguments() -> Result<Rules, BackendError> {
    let own = u64::from(std::process::id());
    let not_executable = SeccompCmpOp::MaskedEq(libc::PROT_EXEC.unsigned_abs().into());
    let own_cpu_time = vec![is(0, 0)?, is(1, libc::RLIMIT_CPU as u64)?];
    [
        // Memory for data, never for code.
        (
            libc::SYS_mmap,
            vec![argument(2, not_executable.clone(), 0)?],
        ),
        (libc::SYS_mprotect, vec![argument(2, not_executable, 0)?]),
        // Aborting is a signal to oneself; as glibc and as musl send it.
        (libc::SYS_tgkill, vec![is(0, own)?]),
        (libc::SYS_tkill, vec![is(0, own)?]),
        // The time for the next picture.
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
