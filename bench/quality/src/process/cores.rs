//! The processors that a program may use.

use clap::ValueEnum;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;
use serde::Serialize;

/// The processors that a program may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Cores {
    /// The last of the processors that this process may use. The first one often handles interrupts.
    One,
    /// All processors that this process may use.
    All,
}

impl Cores {
    /// Both, in the order of the report.
    pub const BOTH: [Self; 2] = [Self::One, Self::All];

    /// Returns the name of the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::All => "all",
        }
    }

    /// Returns the number of processors.
    ///
    /// Errors if the operating system does not report them.
    pub fn count(self) -> anyhow::Result<usize> {
        Ok(match self {
            Self::One => 1,
            Self::All => allowed()?.len(),
        })
    }

    /// Restricts the current thread, and the threads and processes that it starts.
    pub(super) fn restrict(self) -> anyhow::Result<()> {
        if let (Self::One, Some(&last)) = (self, allowed()?.last()) {
            let mut set = CpuSet::new();
            set.set(last)?;
            sched_setaffinity(Pid::from_raw(0), &set)?;
        }
        Ok(())
    }
}

/// Returns the numbers of the processors that the current thread may use.
fn allowed() -> anyhow::Result<Vec<usize>> {
    let set = sched_getaffinity(Pid::from_raw(0))?;
    let is_set = |&number: &usize| set.is_set(number).unwrap_or(false);
    Ok((0..CpuSet::count()).filter(is_set).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restricted_thread_may_use_one_processor() {
        let before = allowed().unwrap();
        let after = std::thread::spawn(|| {
            Cores::One.restrict().unwrap();
            allowed().unwrap()
        });
        assert_eq!(after.join().unwrap(), before[before.len() - 1..]);
        assert_eq!(Cores::All.count().unwrap(), before.len());
    }
}
