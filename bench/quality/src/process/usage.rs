//! The time and memory of a program.

use darkroom_bench_report::median;
use serde::{Deserialize, Serialize};

/// The time and memory of a program.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Time from the start of the program to its exit.
    pub elapsed_seconds: f64,
    /// Processor time of all of its processes, in user and kernel mode.
    pub cpu_seconds: f64,
    /// Memory, unless it was not measured.
    pub memory: Option<Memory>,
}

/// Peaks of resident memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Peak of the largest process.
    pub largest_process_bytes: u64,
    /// The largest sum of the peaks of all processes that existed at the same time. A page that processes
    /// share counts for each of them.
    pub all_processes_bytes: u64,
}

impl Usage {
    /// Returns the median of each number.
    pub fn median(runs: &[Self]) -> Self {
        let memories: Vec<Memory> = runs.iter().filter_map(|run| run.memory).collect();
        let bytes = |part: fn(&Memory) -> u64| median_bytes(memories.iter().map(part));
        Self {
            elapsed_seconds: median(runs.iter().map(|run| run.elapsed_seconds)),
            cpu_seconds: median(runs.iter().map(|run| run.cpu_seconds)),
            memory: (!memories.is_empty()).then(|| Memory {
                largest_process_bytes: bytes(|memory| memory.largest_process_bytes),
                all_processes_bytes: bytes(|memory| memory.all_processes_bytes),
            }),
        }
    }
}

fn median_bytes(values: impl Iterator<Item = u64>) -> u64 {
    let mut sorted: Vec<u64> = values.collect();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(elapsed_seconds: f64, bytes: Option<u64>) -> Usage {
        Usage {
            elapsed_seconds,
            cpu_seconds: elapsed_seconds * 2.0,
            memory: bytes.map(|bytes| Memory {
                largest_process_bytes: bytes,
                all_processes_bytes: bytes + 1,
            }),
        }
    }

    #[test]
    fn one_slow_run_does_not_change_the_median() {
        let runs = [
            usage(1.0, Some(7)),
            usage(9.0, Some(90)),
            usage(1.5, Some(8)),
        ];
        assert_eq!(Usage::median(&runs), usage(1.5, Some(8)));
    }

    #[test]
    fn the_median_of_an_even_number_of_runs_is_between_the_middle_two() {
        let runs = [usage(1.0, None), usage(4.0, None)];
        assert_eq!(Usage::median(&runs), usage(2.5, None));
    }
}
