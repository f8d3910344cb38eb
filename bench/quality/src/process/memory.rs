//! The memory of a process and of all its descendants.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The interval between two samples. A sample takes less than a thousandth of it.
const INTERVAL: Duration = Duration::from_millis(20);

static STOP: AtomicBool = AtomicBool::new(false);

/// A thread that samples the peaks of the descendants of this process.
///
/// Each sample adds up the peaks that the kernel keeps for the processes that exist at that moment, so
/// that a peak between two samples counts. A process that lives for less than an interval may be missed.
pub(super) struct MemorySampler(JoinHandle<u64>);

impl MemorySampler {
    /// Starts the thread. Only one may run at a time.
    pub(super) fn start() -> Self {
        STOP.store(false, Ordering::Relaxed);
        Self(thread::spawn(|| {
            let mut largest = 0;
            while !STOP.load(Ordering::Relaxed) {
                largest = largest.max(sum_of_peaks(std::process::id()));
                thread::sleep(INTERVAL);
            }
            largest
        }))
    }

    /// Stops the thread and returns the largest sum in bytes.
    pub(super) fn stop(self) -> u64 {
        STOP.store(true, Ordering::Relaxed);
        self.0.join().unwrap_or(0)
    }
}

/// Returns the sum of the peaks of all descendants of a process, in bytes.
fn sum_of_peaks(ancestor: u32) -> u64 {
    let mut sum = 0;
    let mut unvisited = children(ancestor);
    while let Some(process) = unvisited.pop() {
        // A process may have ended in the meantime.
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        sum += peak(&status).unwrap_or(0);
        unvisited.extend(children(process));
    }
    sum
}

/// Returns the child processes that all threads of a process have started.
fn children(process: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{process}/task"));
    let threads = threads.into_iter().flatten().flatten();
    let lists =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().map(str::parse).collect::<Vec<_>>())
        .flatten()
        .collect()
}

/// Returns `VmHWM`, the peak of resident memory, in bytes.
fn peak(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_of_a_process_is_read_from_its_status() {
        let status = "VmPeak:\t   9000 kB\nVmHWM:\t    1234 kB\nVmRSS:\t 1000 kB\n";
        assert_eq!(peak(status), Some(1234 * 1024));
        assert_eq!(peak("Name:\tkthreadd\n"), None);
    }

    #[test]
    fn the_memory_of_grandchildren_counts() {
        let mut shell = std::process::Command::new("sh")
            .args(["-c", "cat; true"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        // Once `cat` has sent something back, it exists.
        let mut stdin = shell.stdin.take().unwrap();
        let mut stdout = shell.stdout.take().unwrap();
        std::io::Write::write_all(&mut stdin, b"x").unwrap();
        std::io::Read::read_exact(&mut stdout, &mut [0]).unwrap();
        assert_eq!(children(shell.id()).len(), 1);
        assert!(sum_of_peaks(shell.id()) > 0);
        drop(stdin);
        shell.wait().unwrap();
    }
}
