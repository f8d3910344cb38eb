//! Tables, JSON and a chart.

mod chart;
mod measurement;
mod table;

use std::fs;
use std::path::Path;

use serde::Serialize;

pub use darkroom_bench_report::Machine;
pub use measurement::{Measurement, Timing};

/// The photos of the job.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Subject {
    /// The number of photos.
    pub photos: usize,
    /// The pixels of all photos.
    pub megapixels: f64,
    /// The bytes of all photos.
    pub source_bytes: u64,
}

/// All measurements of one run of the command.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    date: String,
    machine: Machine,
    subject: Subject,
    versions: Vec<String>,
    left_out: Vec<String>,
    /// The peers, Darkroom first.
    peers: Vec<Measurement>,
}

impl Report {
    /// Creates a report of today and of this machine.
    ///
    /// Errors if there are no measurements.
    pub fn new(
        subject: Subject,
        versions: Vec<String>,
        left_out: Vec<String>,
        peers: Vec<Measurement>,
    ) -> anyhow::Result<Self> {
        anyhow::ensure!(!peers.is_empty(), "nothing was measured");
        Ok(Self {
            date: time::OffsetDateTime::now_utc().date().to_string(),
            machine: Machine::current(),
            subject,
            versions,
            left_out,
            peers,
        })
    }

    /// Returns the tables in Markdown.
    pub fn to_markdown(&self) -> String {
        table::markdown(self)
    }

    /// Writes the report as JSON.
    ///
    /// Errors if the file cannot be written.
    pub fn write_json(&self, path: &Path) -> anyhow::Result<()> {
        fs::write(path, serde_json::to_string_pretty(self)? + "\n")?;
        Ok(())
    }

    /// Writes the chart of the times as SVG.
    ///
    /// Errors if the file cannot be written.
    pub fn write_svg(&self, path: &Path) -> anyhow::Result<()> {
        fs::write(path, chart::svg(self))?;
        Ok(())
    }
}

#[cfg(test)]
mod example {
    use super::*;
    use crate::process::{Cores, Usage};
    use crate::quality::Scores;

    /// Returns a report of two peers, the second one with twice the time and half of the bytes.
    pub(super) fn report() -> Report {
        let peer = |name, factor: f64, scores: [Option<Scores>; 2]| {
            let timing = |cores, seconds| {
                let run = Usage {
                    elapsed_seconds: seconds * factor,
                    cpu_seconds: 2.0 * factor,
                    memory: None,
                };
                Timing::new(cores, vec![run])
            };
            let times = vec![timing(Cores::One, 2.0), timing(Cores::All, 1.25)];
            let mut measurement = Measurement::new(name, times);
            for each in scores {
                measurement.add_original((3_000_000.0 / factor) as usize, each);
            }
            measurement
        };
        let scores = |ssimulacra2| {
            Some(Scores {
                ssimulacra2,
                butteraugli: 1.0,
            })
        };
        Report {
            date: "2026-01-31".to_owned(),
            machine: Machine {
                processor: "Some CPU".to_owned(),
                processors: 2,
                system: "Linux 6.1, x86_64".to_owned(),
            },
            subject: Subject {
                photos: 2,
                megapixels: 24.0,
                source_bytes: 5_000_000,
            },
            versions: vec!["Darkroom 0.1".to_owned(), "Peer 7".to_owned()],
            left_out: vec!["sharp is left out: no network".to_owned()],
            peers: vec![
                peer("Darkroom", 1.0, [scores(80.0), scores(70.0)]),
                peer("A & B", 2.0, [scores(77.5), None]),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_contain_the_report() {
        let folder = tempfile::tempdir().unwrap();
        let (json, svg) = (folder.path().join("a.json"), folder.path().join("a.svg"));
        example::report().write_json(&json).unwrap();
        example::report().write_svg(&svg).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
        assert_eq!(json["peers"][1]["times"][0]["cores"], "one");
        assert_eq!(
            json["peers"][1]["times"][0]["runs"][0]["elapsed_seconds"],
            4.0
        );
        assert_eq!(json["peers"][0]["original_bytes"], 6_000_000);
        assert_eq!(json["peers"][0]["quality"]["ssimulacra2_worst"], 70.0);
        assert!(fs::read_to_string(svg).unwrap().starts_with("<svg "));
    }
}
