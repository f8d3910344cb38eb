//! What a process has used so far (`proc(5)`).

use std::fs;
use std::time::Duration;

use anyhow::Context;

/// Fixed on Linux, whatever the kernel's own timer does.
const TICKS_A_SECOND: u64 = 100;

/// User and system time of all its threads.
pub(crate) fn cpu(pid: u32) -> anyhow::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name before it is in brackets and may hold anything.
    let (_, fields) = stat.rsplit_once(") ").context("no fields in stat")?;
    let ticks = fields.split(' ').skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|field| field.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(ticks * 1000 / TICKS_A_SECOND))
}

/// The most memory that it has had at once since it began, or since [`forget_peak`].
pub(crate) fn peak_mib(pid: u32) -> anyhow::Result<f64> {
    field_mib(pid, "VmHWM:")
}

/// The memory that it has now.
pub(crate) fn memory_mib(pid: u32) -> anyhow::Result<f64> {
    field_mib(pid, "VmRSS:")
}

/// The peak counts from now on.
pub(crate) fn forget_peak(pid: u32) -> anyhow::Result<()> {
    Ok(fs::write(format!("/proc/{pid}/clear_refs"), "5")?)
}

fn field_mib(pid: u32, name: &str) -> anyhow::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kib = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = kib.and_then(|rest| rest.split_whitespace().next());
    let kib: f64 = kib.context("no such field in status")?.parse()?;
    Ok(kib / 1024.0)
}
