//! The resources that a process uses, from `proc(5)`.

use std::fs;
use std::time::Duration;

use anyhow::Context;

/// The number of ticks per second (`USER_HZ`). `/proc` states processor time in ticks. The number
/// is the same on all supported architectures.
const TICKS_PER_SECOND: u64 = 100;

/// The resources of a process at one time. Linux only.
#[derive(Debug, Clone, Copy)]
pub struct ProcessStats {
    /// Resident memory.
    pub memory_kib: u64,
    /// The peak of resident memory since the start, or since [`ProcessStats::reset_peak`].
    pub peak_memory_kib: u64,
    /// The number of open file descriptors, or `None` for a process of another user.
    pub descriptors: Option<u64>,
    /// The user and system time of all threads of the process, without its children.
    pub cpu: Duration,
}

impl ProcessStats {
    /// Reads the stats of a process.
    ///
    /// # Errors
    /// If there is no such process.
    pub fn read(pid: u32) -> anyhow::Result<Self> {
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd"));
        Ok(Self {
            memory_kib: kib(&status, "VmRSS:")?,
            peak_memory_kib: kib(&status, "VmHWM:")?,
            descriptors: descriptors.ok().map(|list| list.count() as u64),
            cpu: cpu(&fs::read_to_string(format!("/proc/{pid}/stat"))?)?,
        })
    }

    /// Returns the resident memory in MiB.
    #[must_use]
    pub fn memory_mib(&self) -> f64 {
        self.memory_kib as f64 / 1024.0
    }

    /// Returns the peak of the resident memory in MiB.
    #[must_use]
    pub fn peak_memory_mib(&self) -> f64 {
        self.peak_memory_kib as f64 / 1024.0
    }

    /// Resets the peak of a process to its current memory.
    ///
    /// # Errors
    /// If there is no such process, or if the process belongs to another user.
    pub fn reset_peak(pid: u32) -> anyhow::Result<()> {
        Ok(fs::write(format!("/proc/{pid}/clear_refs"), "5")?)
    }
}

fn kib(status: &str, name: &str) -> anyhow::Result<u64> {
    let field = status.lines().find_map(|line| line.strip_prefix(name));
    let field = field.and_then(|rest| rest.trim().strip_suffix(" kB"));
    Ok(field.with_context(|| format!("no {name}"))?.parse()?)
}

/// Returns the sum of fields 14 and 15 of `/proc/{pid}/stat`: user and system time. Counts the
/// fields from the end of the process name, because the name may contain any character.
fn cpu(stat: &str) -> anyhow::Result<Duration> {
    let (_, fields) = stat.rsplit_once(") ").context("no name in parentheses")?;
    let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<u64>);
    let ticks: u64 = ticks.sum::<Result<u64, _>>()?;
    Ok(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_after_a_name_that_contains_parentheses() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4 9 9 9 9 150 50 3 3 20 0 8 0 99";
        assert_eq!(cpu(stat).unwrap(), Duration::from_secs(2));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory_and_descriptors() {
        let stats = ProcessStats::read(std::process::id()).unwrap();
        assert!(stats.memory_kib > 0 && stats.peak_memory_kib >= stats.memory_kib);
        assert!(stats.descriptors.unwrap() > 2);
    }
}
