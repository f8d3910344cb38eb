//! What a process takes of the machine, as `/proc` says.

use std::fs;
use std::time::Duration;

use anyhow::Context;

/// Linux's own unit of processor time in `/proc` (`USER_HZ`), on every architecture we run on.
const TICKS_PER_SECOND: u64 = 100;

/// One look at a process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gauge {
    /// Resident memory.
    pub(crate) memory_kib: u64,
    /// Open descriptors; none where another user's process does not show them.
    pub(crate) descriptors: Option<u64>,
    /// Processor time so far, its children's aside.
    pub(crate) cpu: Duration,
}

impl Gauge {
    pub(crate) fn of(pid: u32) -> anyhow::Result<Self> {
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let memory = memory.and_then(|rest| rest.trim().strip_suffix(" kB"));
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd"));
        Ok(Self {
            memory_kib: memory.context("VmRSS")?.trim().parse()?,
            descriptors: descriptors.ok().map(|list| list.count() as u64),
            cpu: cpu(pid)?,
        })
    }
}

/// Fields 14 and 15 of `proc_pid_stat(5)`, counted from behind the name, which may hold anything.
fn cpu(pid: u32) -> anyhow::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, rest) = stat.rsplit_once(')').context("a name in brackets")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |index: usize| -> anyhow::Result<u64> {
        Ok(fields.get(index).context("a field of stat")?.parse()?)
    };
    let total = ticks(11)? + ticks(12)?;
    Ok(Duration::from_millis(total * 1000 / TICKS_PER_SECOND))
}
