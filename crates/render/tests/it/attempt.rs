//! Something that a picture which has taken over its render process would try.
//!
//! This test binary starts itself again; there, [`attempt`] puts up walls around its own thread and
//! tries. Landlock and seccomp hold for the thread that asks for them, resource limits for all.
#![expect(unsafe_code, reason = "what an attacker calls has no safe form")]

use std::fs::File;
use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use darkroom_render::{ChildLimits, Wall, confine};

const ATTEMPT: &str = "DARKROOM_TEST_ATTEMPT";
const WALLS: &str = "DARKROOM_TEST_WALLS";
const PORT: &str = "DARKROOM_TEST_PORT";

/// What can be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attempt {
    ReadFile,
    ReadParentsEnvironment,
    WriteFile,
    ConnectTcp,
    BindTcp,
    SendUdp,
    ConnectUnix,
    Fork,
    Execute,
    TraceParent,
    ReadParentsMemory,
    SignalParent,
    RunOwnCode,
    NewUserNamespace,
    RaiseMemoryLimit,
}

impl Attempt {
    pub(crate) const ALL: [Self; 15] = [
        Self::ReadFile,
        Self::ReadParentsEnvironment,
        Self::WriteFile,
        Self::ConnectTcp,
        Self::BindTcp,
        Self::SendUdp,
        Self::ConnectUnix,
        Self::Fork,
        Self::Execute,
        Self::TraceParent,
        Self::ReadParentsMemory,
        Self::SignalParent,
        Self::RunOwnCode,
        Self::NewUserNamespace,
        Self::RaiseMemoryLimit,
    ];

    fn make(self) -> io::Result<()> {
        let parent = std::os::unix::process::parent_id();
        match self {
            Self::ReadFile => File::open("/etc/passwd").map(drop),
            Self::ReadParentsEnvironment => File::open(format!("/proc/{parent}/environ")).map(drop),
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
            Self::ReadParentsMemory => read_memory(parent),
            // Does nothing to a process that runs.
            Self::SignalParent => result(unsafe { libc::kill(pid(parent), libc::SIGCONT) }),
            Self::RunOwnCode => map_executable(),
            Self::NewUserNamespace => result(unsafe { libc::unshare(libc::CLONE_NEWUSER) }),
            Self::RaiseMemoryLimit => raise_memory_limit(),
        }
    }
}

/// What came of an attempt.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Succeeded,
    /// The system's answer was this error number.
    Refused(i32),
    /// It died of the filter of system calls.
    Killed,
    /// This kernel has no such wall.
    NoSuchWall(Wall),
}

/// Tries that behind these walls, in a process of its own.
pub(crate) fn fate_of(attempt: Attempt, walls: &[Wall]) -> Fate {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "attempt::attempt", "--ignored", "--nocapture"])
        .env(ATTEMPT, format!("{attempt:?}"))
        .env(WALLS, serde_json::to_string(walls).unwrap())
        .env(PORT, listener.local_addr().unwrap().port().to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let word = |name: &str| {
        said.lines()
            .find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
    };
    if let Some(wall) = said.lines().find_map(|line| line.strip_prefix("no wall ")) {
        return Fate::NoSuchWall(serde_json::from_str(wall).unwrap());
    }
    match (output.status.signal(), word("errno ")) {
        (Some(libc::SIGSYS), _) => Fate::Killed,
        (None, Some(errno)) => Fate::Refused(errno),
        (None, None) if said.contains("succeeded") => Fate::Succeeded,
        _ => panic!("{attempt:?}: {}: {said}", output.status),
    }
}

/// Only does something in a process that [`fate_of`] has started.
#[test]
#[ignore = "a part of the other tests"]
fn attempt() {
    let Ok(name) = std::env::var(ATTEMPT) else {
        return;
    };
    let attempt = Attempt::ALL
        .into_iter()
        .find(|one| format!("{one:?}") == name)
        .unwrap();
    let walls: Vec<Wall> = serde_json::from_str(&std::env::var(WALLS).unwrap()).unwrap();
    // Found before there is no looking anything up any more.
    port();
    let standing = confine(&limits(), walls.iter().copied()).unwrap();
    if let Some(absent) = walls.iter().find(|wall| !standing.have(**wall)) {
        println!("no wall {}", serde_json::to_string(absent).unwrap());
        leave();
    }
    println!();
    match attempt.make() {
        Ok(()) => println!("succeeded"),
        Err(error) => println!("errno {}", error.raw_os_error().unwrap_or_default()),
    }
    leave();
}

fn limits() -> ChildLimits {
    ChildLimits {
        max_memory: 4 << 30,
        picture_cpu_seconds: 20,
        process_cpu_seconds: 20,
    }
}

/// Without what a test harness does at its end, which seccomp would end otherwise.
fn leave() -> ! {
    // SAFETY: runs no handlers and does not return.
    unsafe { libc::_exit(0) }
}

fn port() -> u16 {
    std::env::var(PORT).map_or(0, |port| port.parse().unwrap())
}

fn result(answer: libc::c_int) -> io::Result<()> {
    match answer {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

fn pid(id: u32) -> libc::pid_t {
    libc::pid_t::try_from(id).unwrap()
}

fn fork() -> io::Result<()> {
    // SAFETY: the child leaves at once.
    match unsafe { libc::fork() } {
        0 => leave(),
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// In place of this process: what it would print says that it has succeeded.
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
    let answer = unsafe { libc::ptrace(libc::PTRACE_SEIZE, pid(parent), 0, 0) };
    result(libc::c_int::try_from(answer).unwrap())
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
    // SAFETY: one byte is written, into `byte`; the other side's address is only read there.
    let read = unsafe {
        libc::process_vm_readv(pid(parent), &raw const local, 1, &raw const remote, 1, 0)
    };
    result(libc::c_int::try_from(read).unwrap())
}

fn map_executable() -> io::Result<()> {
    // SAFETY: a new mapping, which nothing uses.
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
    let most = libc::rlimit {
        rlim_cur: libc::RLIM_INFINITY,
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: the pointer is to a value that outlives the call.
    result(unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const most) })
}
