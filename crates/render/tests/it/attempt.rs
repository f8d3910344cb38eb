//! Attacks by an image that has taken over its render process.
//!
//! This test binary starts itself again. In the new process, [`attempt`] confines its own thread
//! and attempts the attack. Landlock and seccomp apply to the calling thread, resource limits to
//! the whole process.
#![expect(
    unsafe_code,
    reason = "the system calls of an attacker have no safe form"
)]

use std::fs::File;
use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use darkroom_render::{ChildLimits, SandboxLayer, confine};

const ATTEMPT: &str = "DARKROOM_TEST_ATTEMPT";
const LAYERS: &str = "DARKROOM_TEST_LAYERS";
const PORT: &str = "DARKROOM_TEST_PORT";

/// An attack that [`Attempt::make`] attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attempt {
    ReadFile,
    ReadParentEnvironment,
    WriteFile,
    ConnectTcp,
    BindTcp,
    SendUdp,
    ConnectUnix,
    Fork,
    Execute,
    TraceParent,
    ReadParentMemory,
    SignalParent,
    MapExecutable,
    NewUserNamespace,
    RaiseMemoryLimit,
}

impl Attempt {
    pub(crate) const ALL: [Self; 15] = [
        Self::ReadFile,
        Self::ReadParentEnvironment,
        Self::WriteFile,
        Self::ConnectTcp,
        Self::BindTcp,
        Self::SendUdp,
        Self::ConnectUnix,
        Self::Fork,
        Self::Execute,
        Self::TraceParent,
        Self::ReadParentMemory,
        Self::SignalParent,
        Self::MapExecutable,
        Self::NewUserNamespace,
        Self::RaiseMemoryLimit,
    ];

    fn make(self) -> io::Result<()> {
        let parent = std::os::unix::process::parent_id();
        match self {
            Self::ReadFile => File::open("/etc/passwd").map(drop),
            Self::ReadParentEnvironment => File::open(format!("/proc/{parent}/environ")).map(drop),
            Self::WriteFile => {
                let path = std::env::temp_dir().join(format!("darkroom-{}", std::process::id()));
                std::fs::write(&path, "x")?;
                std::fs::remove_file(path)
            }
            Self::ConnectTcp => TcpStream::connect(("127.0.0.1", port())).map(drop),
            Self::BindTcp => TcpListener::bind("127.0.0.1:0").map(drop),
            Self::SendUdp => UdpSocket::bind("127.0.0.1:0")?
                .send_to(b"x", ("127.0.0.1", port()))
                .map(drop),
            Self::ConnectUnix => UnixStream::pair().map(drop),
            Self::Fork => fork(),
            Self::Execute => execute(),
            Self::TraceParent => trace(parent),
            Self::ReadParentMemory => read_memory(parent),
            // SAFETY: SIGCONT has no effect on a running process.
            Self::SignalParent => result(unsafe { libc::kill(pid(parent), libc::SIGCONT) }),
            Self::MapExecutable => map_executable(),
            Self::NewUserNamespace => result(unsafe { libc::unshare(libc::CLONE_NEWUSER) }),
            Self::RaiseMemoryLimit => raise_memory_limit(),
        }
    }
}

/// The outcome of an attempted attack.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum AttemptOutcome {
    Succeeded,
    /// The system returned this error number.
    Refused(i32),
    /// The system call filter killed the process.
    Killed,
    /// This kernel does not support the layer.
    Unsupported(SandboxLayer),
}

/// Attempts an attack in a new process with these layers in force, and returns the outcome.
pub(crate) fn outcome_of(attempt: Attempt, layers: &[SandboxLayer]) -> AttemptOutcome {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "attempt::attempt", "--ignored", "--nocapture"])
        .env(ATTEMPT, format!("{attempt:?}"))
        .env(LAYERS, serde_json::to_string(layers).unwrap())
        .env(PORT, listener.local_addr().unwrap().port().to_string())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let word = |name: &str| {
        printed
            .lines()
            .find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
    };
    let unsupported = printed
        .lines()
        .find_map(|line| line.strip_prefix("unsupported "));
    if let Some(layer) = unsupported {
        return AttemptOutcome::Unsupported(serde_json::from_str(layer).unwrap());
    }
    match (output.status.signal(), word("errno ")) {
        (Some(libc::SIGSYS), _) => AttemptOutcome::Killed,
        (None, Some(errno)) => AttemptOutcome::Refused(errno),
        (None, None) if printed.contains("succeeded") => AttemptOutcome::Succeeded,
        _ => panic!("{attempt:?}: {}: {printed}", output.status),
    }
}

/// Attempts the attack that [`outcome_of`] started this process for. Does nothing in any other
/// process.
#[test]
#[ignore = "run by the other tests"]
fn attempt() {
    let Ok(name) = std::env::var(ATTEMPT) else {
        return;
    };
    let attempt = Attempt::ALL
        .into_iter()
        .find(|one| format!("{one:?}") == name)
        .unwrap();
    let layers: Vec<SandboxLayer> = serde_json::from_str(&std::env::var(LAYERS).unwrap()).unwrap();
    // This call makes the dynamic linker resolve the symbols that `port` needs. Inside the sandbox,
    // the linker could not do so.
    port();
    let in_force = confine(&limits(), layers.iter().copied()).unwrap();
    if let Some(missing) = layers.iter().find(|layer| !in_force.contains(**layer)) {
        println!("unsupported {}", serde_json::to_string(missing).unwrap());
        exit_at_once();
    }
    println!();
    match attempt.make() {
        Ok(()) => println!("succeeded"),
        Err(error) => println!("errno {}", error.raw_os_error().unwrap_or_default()),
    }
    exit_at_once();
}

fn limits() -> ChildLimits {
    ChildLimits {
        max_memory: 4 << 30,
        image_cpu_seconds: 20,
        process_cpu_seconds: 20,
    }
}

/// Exits without the cleanup of the test harness, because seccomp would kill the process during
/// that cleanup.
fn exit_at_once() -> ! {
    // SAFETY: runs no handlers and does not return.
    unsafe { libc::_exit(0) }
}

fn port() -> u16 {
    std::env::var(PORT).map_or(0, |port| port.parse().unwrap())
}

fn result(returned: libc::c_int) -> io::Result<()> {
    match returned {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

fn pid(id: u32) -> libc::pid_t {
    libc::pid_t::try_from(id).unwrap()
}

fn fork() -> io::Result<()> {
    // SAFETY: the child exits at once.
    match unsafe { libc::fork() } {
        0 => exit_at_once(),
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Replaces this process with one that prints the success message.
fn execute() -> io::Result<()> {
    let arguments = [c"echo".as_ptr(), c"succeeded".as_ptr(), std::ptr::null()];
    let environment = [std::ptr::null()];
    // SAFETY: both lists end with a null pointer and live until the call returns.
    result(unsafe {
        libc::execve(
            c"/bin/echo".as_ptr(),
            arguments.as_ptr(),
            environment.as_ptr(),
        )
    })
}

fn trace(parent: u32) -> io::Result<()> {
    // SAFETY: attaching without stopping changes nothing in either process.
    let returned = unsafe { libc::ptrace(libc::PTRACE_SEIZE, pid(parent), 0, 0) };
    result(libc::c_int::try_from(returned).unwrap())
}

fn read_memory(parent: u32) -> io::Result<()> {
    let mut byte = 0_u8;
    let local = libc::iovec {
        iov_base: (&raw mut byte).cast(),
        iov_len: 1,
    };
    let remote = libc::iovec {
        iov_base: (port as fn() -> u16 as *mut libc::c_void).cast(),
        iov_len: 1,
    };
    // SAFETY: the call writes one byte, into `byte`; the kernel reads the other address in the
    // parent's memory.
    let read = unsafe {
        libc::process_vm_readv(pid(parent), &raw const local, 1, &raw const remote, 1, 0)
    };
    result(libc::c_int::try_from(read).unwrap())
}

fn map_executable() -> io::Result<()> {
    // SAFETY: a new mapping that nothing uses.
    let mapping = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            4096,
            libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    match mapping {
        libc::MAP_FAILED => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

fn raise_memory_limit() -> io::Result<()> {
    let unlimited = libc::rlimit {
        rlim_cur: libc::RLIM_INFINITY,
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: the pointer is to a value that outlives the call.
    result(unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const unlimited) })
}
