//! The number that orders the events of one key.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// Numbers are reserved on disk this far ahead (a minute of nanoseconds), so that most cost no write.
const RESERVED: u64 = 60_000_000_000;

/// Strictly increasing numbers, across restarts too, even when the clock was set back in between.
#[derive(Debug)]
pub(crate) struct Sequencer {
    file: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    last: u64,
    /// No number at or above this may be given out before the file says so.
    reserved_to: u64,
}

impl Sequencer {
    /// Continues from `file`, or starts at the clock where there is none.
    pub(crate) fn open(file: PathBuf) -> io::Result<Self> {
        let reserved_to = match fs::read_to_string(&file) {
            Ok(text) => text.trim().parse().map_err(io::Error::other)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        Ok(Self {
            file,
            state: Mutex::new(State {
                last: reserved_to,
                reserved_to,
            }),
        })
    }

    /// The next number. Follows the clock where the clock is ahead, which keeps the numbers readable.
    pub(crate) fn next(&self) -> io::Result<u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let next = clock_nanos().max(state.last + 1);
        if next >= state.reserved_to {
            let reserved_to = next + RESERVED;
            let draft = self.file.with_extension("new");
            fs::write(&draft, reserved_to.to_string())?;
            fs::rename(&draft, &self.file)?;
            state.reserved_to = reserved_to;
        }
        state.last = next;
        Ok(next)
    }
}

fn clock_nanos() -> u64 {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_increase_within_a_process_and_across_restarts() {
        let dir = tempfile::tempdir().unwrap();
        let mut last = 0;
        for _ in 0..5 {
            let sequencer = Sequencer::open(dir.path().join("sequencer")).unwrap();
            for _ in 0..100 {
                let next = sequencer.next().unwrap();
                assert!(next > last);
                last = next;
            }
        }
    }

    #[test]
    fn a_clock_set_back_does_not_repeat_numbers() {
        let dir = tempfile::tempdir().unwrap();
        let far_ahead = clock_nanos() + 1_000_000 * RESERVED;
        fs::write(dir.path().join("sequencer"), far_ahead.to_string()).unwrap();
        let sequencer = Sequencer::open(dir.path().join("sequencer")).unwrap();
        assert!(sequencer.next().unwrap() > far_ahead);
    }
}
