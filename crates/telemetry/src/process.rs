//! The metrics of this process that the client libraries of Prometheus export, under their standard
//! names. They are read from `/proc` at each scrape. On systems without `/proc` there are none.

use std::fmt::Write as _;
use std::fs;

/// Clock ticks per second in `/proc/self/stat`. `USER_HZ` is part of the kernel's interface, and is
/// 100 on x86-64 and AArch64.
const TICKS_PER_SECOND: f64 = 100.0;
/// The number of fields of `/proc/self/stat` before the state, which is field 3 of proc(5).
const FIELDS_BEFORE_STATE: usize = 3;
const CPU_TIME_IN_USER_MODE: usize = 14;
const CPU_TIME_IN_KERNEL_MODE: usize = 15;
const START_TIME: usize = 22;

/// A metric of the process.
pub(crate) struct ProcessMetric {
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) help: &'static str,
    read: fn(&Snapshot) -> Option<f64>,
}

/// The texts of the kernel that the metrics are read from.
struct Snapshot {
    /// `/proc/self/stat`.
    stat: String,
    /// `/proc/self/status`.
    status: String,
    /// `/proc/self/limits`.
    limits: String,
    /// `/proc/stat`.
    system: String,
}

/// All metrics of the process.
pub(crate) const METRICS: [ProcessMetric; 7] = [
    ProcessMetric {
        name: "process_cpu_seconds_total",
        kind: "counter",
        help: "CPU time of this process in seconds, without that of its render processes.",
        read: Snapshot::cpu_seconds,
    },
    ProcessMetric {
        name: "process_resident_memory_bytes",
        kind: "gauge",
        help: "Resident memory of this process, without that of its render processes.",
        read: |snapshot| kibibytes(&snapshot.status, "VmRSS:"),
    },
    ProcessMetric {
        name: "process_virtual_memory_bytes",
        kind: "gauge",
        help: "Virtual memory of this process.",
        read: |snapshot| kibibytes(&snapshot.status, "VmSize:"),
    },
    ProcessMetric {
        name: "process_threads",
        kind: "gauge",
        help: "Threads of this process.",
        read: |snapshot| field(&snapshot.status, "Threads:")?.parse().ok(),
    },
    ProcessMetric {
        name: "process_open_fds",
        kind: "gauge",
        help: "Open file descriptors.",
        read: |_| open_descriptors(),
    },
    ProcessMetric {
        name: "process_max_fds",
        kind: "gauge",
        help: "Limit on open file descriptors.",
        read: |snapshot| field(&snapshot.limits, "Max open files")?.parse().ok(),
    },
    ProcessMetric {
        name: "process_start_time_seconds",
        kind: "gauge",
        help: "Start time of this process, in seconds since 1970.",
        read: Snapshot::start_time,
    },
];

/// Returns the metrics in Prometheus's text format. Leaves out each one that cannot be read.
pub(crate) fn exposition() -> String {
    let mut text = String::new();
    let Some(snapshot) = Snapshot::read() else {
        return text;
    };
    for ProcessMetric {
        name,
        kind,
        help,
        read,
    } in &METRICS
    {
        if let Some(value) = read(&snapshot) {
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n\n"
            );
        }
    }
    text
}

impl Snapshot {
    fn read() -> Option<Self> {
        let read = |path| fs::read_to_string(path).ok();
        Some(Self {
            stat: read("/proc/self/stat")?,
            status: read("/proc/self/status")?,
            limits: read("/proc/self/limits")?,
            system: read("/proc/stat")?,
        })
    }

    fn cpu_seconds(&self) -> Option<f64> {
        let ticks = self.stat(CPU_TIME_IN_USER_MODE)? + self.stat(CPU_TIME_IN_KERNEL_MODE)?;
        Some(ticks / TICKS_PER_SECOND)
    }

    fn start_time(&self) -> Option<f64> {
        let boot_time: f64 = field(&self.system, "btime ")?.parse().ok()?;
        Some(boot_time + self.stat(START_TIME)? / TICKS_PER_SECOND)
    }

    /// Returns a field of `/proc/self/stat`, by its number in proc(5). The second field is the name
    /// of the program in parentheses, which may contain spaces and parentheses.
    fn stat(&self, number: usize) -> Option<f64> {
        let (_, rest) = self.stat.rsplit_once(')')?;
        let mut fields = rest.split_ascii_whitespace();
        fields.nth(number - FIELDS_BEFORE_STATE)?.parse().ok()
    }
}

/// Returns the first word after `name`, which begins a line.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    value.split_ascii_whitespace().next()
}

fn kibibytes(text: &str, name: &str) -> Option<f64> {
    let kibibytes: f64 = field(text, name)?.parse().ok()?;
    Some(kibibytes * 1024.0)
}

/// Returns the number of open descriptors. The descriptor of the folder itself, which is open only
/// while it is read, does not count.
fn open_descriptors() -> Option<f64> {
    let open = fs::read_dir("/proc/self/fd").ok()?.count();
    u32::try_from(open.saturating_sub(1)).ok().map(f64::from)
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant, SystemTime};

    use super::*;

    fn value(name: &str) -> f64 {
        let metric = METRICS.iter().find(|metric| metric.name == name).unwrap();
        (metric.read)(&Snapshot::read().unwrap()).unwrap()
    }

    #[test]
    fn every_metric_has_a_value_on_linux() {
        let text = exposition();
        for metric in &METRICS {
            let start = format!("\n{} ", metric.name);
            assert!(text.contains(&start), "{}: {text}", metric.name);
        }
    }

    #[test]
    fn an_open_file_counts_as_one_descriptor() {
        // Other tests of this process open files too, so the count may rise by more.
        let opened: Vec<_> = (0..50)
            .map(|_| fs::File::open("/proc/stat").unwrap())
            .collect();
        let count = value("process_open_fds");
        assert!(count >= 50.0 && count < value("process_max_fds"), "{count}");
        drop(opened);
    }

    #[test]
    fn cpu_time_and_memory_grow_with_their_use() {
        let (cpu, started_at) = (value("process_cpu_seconds_total"), Instant::now());
        while started_at.elapsed() < Duration::from_secs(20) {
            if value("process_cpu_seconds_total") > cpu {
                break;
            }
        }
        assert!(value("process_cpu_seconds_total") > cpu);
        let resident = value("process_resident_memory_bytes");
        let block = vec![1_u8; 64 << 20];
        assert!(value("process_resident_memory_bytes") > resident + f64::from(32 << 20));
        drop(block);
    }

    #[test]
    fn the_start_time_is_in_the_last_hour_and_not_in_the_future() {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let age = now.unwrap().as_secs_f64() - value("process_start_time_seconds");
        assert!((-1.0..3600.0).contains(&age), "{age}");
    }

    #[test]
    fn the_name_of_the_program_may_contain_spaces_and_parentheses() {
        let numbers: Vec<String> = (4..=52).map(|number: u32| number.to_string()).collect();
        let snapshot = Snapshot {
            stat: format!("1 (a ) b) S {}", numbers.join(" ")),
            status: String::new(),
            limits: String::new(),
            system: "cpu 1\nbtime 1000\n".to_owned(),
        };
        assert_eq!(snapshot.cpu_seconds(), Some(0.29));
        assert_eq!(snapshot.start_time(), Some(1000.22));
    }
}
