//! The machine of a report.

use std::fs;
use std::thread;

use serde::Serialize;

/// The machine of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// The name of the processor.
    pub processor: String,
    /// The number of processors that the command may use.
    pub processors: usize,
    /// Operating system and architecture.
    pub system: String,
}

impl Machine {
    /// Returns this machine.
    pub fn current() -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let architecture = std::env::consts::ARCH;
        Self {
            processor: processor(&info).unwrap_or("unknown processor").to_owned(),
            processors: thread::available_parallelism().map_or(1, Into::into),
            system: format!("Linux {}, {architecture}", release.trim()),
        }
    }
}

/// Returns the name of the first processor.
fn processor(info: &str) -> Option<&str> {
    let line = info.lines().find(|line| line.starts_with("model name"))?;
    line.split_once(':').map(|(_, name)| name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_processor_is_found() {
        let info = "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nmodel\t\t: 17\n";
        assert_eq!(processor(info), Some("Some CPU @ 2 GHz"));
        assert_eq!(processor("processor : 0\n"), None);
    }
}
