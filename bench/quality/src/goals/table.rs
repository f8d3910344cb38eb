//! All goals in one table.

use std::fs;
use std::path::Path;

use darkroom_bench_report::Machine;
use serde::Serialize;

use super::{Bound, Figures, Goal};
use crate::peer::Peer;

const EMBEDDED: &str = "Embedded cloud";
const LOCALSTACK: &str = "LocalStack";
const PYTHON: &str = "Python, boto3, Pillow";
const MIB: f64 = 1024.0 * 1024.0;

/// All goals with their figures.
#[derive(Debug, Serialize)]
pub struct GoalReport {
    date: String,
    machine: Machine,
    goals: Vec<Goal>,
    left_out: Vec<String>,
}

impl GoalReport {
    /// Compares figures with the goals.
    pub fn new(figures: &Figures) -> Self {
        let goals = [
            job(figures),
            encoder(figures),
            pipeline(figures),
            service(figures),
        ];
        Self {
            date: time::OffsetDateTime::now_utc().date().to_string(),
            machine: Machine::current(),
            goals: goals.concat(),
            left_out: figures.left_out.clone(),
        }
    }

    /// Returns the table in Markdown.
    pub fn to_markdown(&self) -> String {
        let mut text = format!(
            "{}: {} ({} processors), {}.\n\n| | goal | floor | measured | |\n|---|---|---|---|---|\n",
            self.date, self.machine.processor, self.machine.processors, self.machine.system
        );
        for goal in &self.goals {
            text += &row(goal);
        }
        for reason in &self.left_out {
            text += &format!("\nFailed: {reason}\n");
        }
        text
    }

    /// Writes the report as JSON.
    ///
    /// Errors if the file cannot be written.
    pub fn write_json(&self, path: &Path) -> anyhow::Result<()> {
        fs::write(path, serde_json::to_string_pretty(self)? + "\n")?;
        Ok(())
    }
}

fn row(goal: &Goal) -> String {
    let bound = match goal.bound {
        Bound::AtLeast => "≥",
        Bound::AtMost => "≤",
    };
    let with_unit = |figure: f64| {
        let number = match figure.abs() {
            100.0.. => format!("{figure:.0}"),
            10.0.. => format!("{figure:.1}"),
            _ => format!("{figure:.2}"),
        };
        format!("{number} {}", goal.unit).trim_end().to_owned()
    };
    format!(
        "| {} | {bound} {} | {bound} {} | {} | {} |\n",
        goal.what,
        with_unit(goal.goal),
        with_unit(goal.floor),
        goal.measured.map_or_else(|| "–".to_owned(), with_unit),
        goal.status().text()
    )
}

/// Returns the goals of the whole job beside other libraries.
fn job(figures: &Figures) -> Vec<Goal> {
    let seconds = |peer| figures.on_one_core(peer, "/elapsed_seconds");
    let bytes = |peer| figures.peer(peer)?["original_bytes"].as_f64();
    let mut goals = Vec::new();
    for peer in ["Pillow", "pyvips", "sharp"] {
        if peer == "sharp" && figures.peer(peer).is_none() {
            continue;
        }
        let speed = ratio(seconds(peer), seconds(Peer::DARKROOM));
        goals.push(Goal::at_least(
            format!("The job on one core: time of {peer} / Darkroom's"),
            5.0,
            3.5,
            speed,
        ));
        let below = figures.score_below(peer);
        let what = format!("SSIMULACRA2 of {peer} − Darkroom's");
        goals.push(Goal::at_most(what, 0.3, 0.3, below));
        let size = ratio(bytes(Peer::DARKROOM), bytes(peer));
        let what = format!("Bytes of Darkroom / those of {peer}");
        goals.push(Goal::at_most(what, 1.02, 1.02, size));
    }
    let alone = ratio(seconds(Peer::DARKROOM), seconds(Peer::OWN_ENCODER));
    goals.push(Goal::at_most(
        "The job on one core: time of Darkroom / its encoder's alone",
        1.35,
        1.5,
        alone,
    ));
    let memory = figures.on_one_core(Peer::DARKROOM, "/memory/largest_process_bytes");
    let memory = memory.map(|bytes| bytes / MIB);
    let what = "Peak memory of a render process, JPEGs of 8 to 13 megapixels";
    goals.push(Goal::at_most(what, 48.0, 62.0, memory).with_unit("MiB"));
    goals
}

/// Returns the goals of the encoder alone, beside libwebp's method 2 at quality 85.
fn encoder(figures: &Figures) -> Vec<Goal> {
    let summary = |index: usize, figure: &str| figures.encoder["summaries"][index][figure].as_f64();
    let score = || Some(summary(0, "mean_score")? - summary(1, "mean_score")?);
    vec![
        Goal::at_most(
            "The encoder alone: time / that of libwebp's method 2",
            0.45,
            0.6,
            summary(1, "time_ratio"),
        ),
        Goal::at_most("SSIMULACRA2 of libwebp − the encoder's", 0.0, 0.3, score()),
        Goal::at_most(
            "Bytes of the encoder / those of libwebp",
            1.0,
            1.02,
            summary(1, "bytes_ratio"),
        ),
    ]
}

/// Returns the goals of workers with a full queue.
fn pipeline(figures: &Figures) -> Vec<Goal> {
    let per_second = |cloud, peer| figures.worker(cloud, peer, "jobs_per_second");
    let bare = figures.pipeline["bare_per_second"].as_f64();
    let percent = ratio(per_second(EMBEDDED, "Darkroom"), bare).map(|share| share * 100.0);
    let cpu = figures.worker(EMBEDDED, "Darkroom", "cpu_ms");
    let upload = &figures.pipeline["upload"];
    let upload = ratio(
        upload["upload_seconds"].as_f64(),
        upload["process_seconds"].as_f64(),
    );
    let mut goals = vec![
        Goal::at_least(
            "Full queue: uploads/s / bare rendering's",
            95.0,
            90.0,
            percent,
        )
        .with_unit("%"),
        Goal::at_most(
            "Processor time of a worker per upload, beyond rendering",
            2.0,
            4.0,
            cpu,
        )
        .with_unit("ms"),
    ];
    for cloud in [EMBEDDED, LOCALSTACK] {
        let speed = ratio(per_second(cloud, "Darkroom"), per_second(cloud, PYTHON));
        let what = format!("{cloud}: uploads/s / those of Python, boto3 and Pillow");
        goals.push(Goal::at_least(what, 4.0, 2.8, speed));
    }
    let what = "Time of `darkroom upload` of a folder / `darkroom process`";
    goals.push(Goal::at_most(what, 1.1, 1.3, upload));
    goals
}

/// Returns the goals of the issuer and of the build.
fn service(figures: &Figures) -> Vec<Goal> {
    let wait = |name| figures.of_issuer(name);
    // The first look-up is two requests: one for the manifest, and one for the raw object.
    let look_ups = wait("outcome_requests").map(|requests| requests - 1.0);
    vec![
        Goal::at_most(
            "Outcome at a waiting client, p50",
            30.0,
            60.0,
            wait("outcome_p50"),
        )
        .with_unit("ms"),
        Goal::at_most(
            "Outcome at a waiting client, p99",
            150.0,
            250.0,
            wait("outcome_p99"),
        )
        .with_unit("ms"),
        Goal::at_most(
            "Look-ups per upload while a client waits",
            4.0,
            4.0,
            look_ups,
        ),
        Goal::at_least(
            "Issuer: presigned URLs per second and core",
            10_000.0,
            10_000.0,
            wait("urls_per_second_and_core"),
        ),
        Goal::at_most(
            "Release build of the binary from nothing",
            4.0,
            5.0,
            figures.build_minutes,
        )
        .with_unit("min"),
    ]
}

fn ratio(value: Option<f64>, base: Option<f64>) -> Option<f64> {
    Some(value? / base.filter(|base| *base > 0.0)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn figures() -> Figures {
        let peer = |name: &str, seconds: f64, bytes: u64, score: f64| {
            let median = json!({
                "elapsed_seconds": seconds,
                "memory": {"largest_process_bytes": 45 * 1024 * 1024},
            });
            json!({
                "name": name, "original_bytes": bytes,
                "times": [{"cores": "one", "median": median}],
                "scores": [{"ssimulacra2": score}, null],
            })
        };
        let worker = |peer, jobs| json!({"peer": peer, "workers": 1, "jobs_per_second": jobs, "cpu_ms": 1.5});
        let peers = [
            peer("Darkroom", 1.5, 90, 76.0),
            peer("Pillow", 7.5, 100, 76.25),
            peer("pyvips", 4.5, 100, 76.5),
            peer(Peer::OWN_ENCODER, 1.0, 90, 76.0),
        ];
        Figures {
            peers: json!({ "peers": peers }),
            encoder: json!({"summaries": [
                {"mean_score": 75.0},
                {"mean_score": 76.0, "time_ratio": 0.35, "bytes_ratio": 0.9},
            ]}),
            pipeline: json!({
                "bare_per_second": 10.0,
                "clouds": [{"name": EMBEDDED, "jobs": [worker("Darkroom", 9.2), worker(PYTHON, 2.0)]}],
                "upload": {"upload_seconds": 5.0, "process_seconds": 4.0},
            }),
            issuer: json!([
                {"name": "outcome_p50", "figure": 7.0},
                {"name": "outcome_requests", "figure": 4.5},
            ]),
            build_minutes: None,
            left_out: vec!["x: failed".to_owned()],
        }
    }

    #[test]
    fn each_goal_has_a_row_with_its_figure() {
        let text = GoalReport::new(&figures()).to_markdown();
        for row in [
            "time of Pillow / Darkroom's | ≥ 5.00 | ≥ 3.50 | 5.00 | goal reached |",
            "time of pyvips / Darkroom's | ≥ 5.00 | ≥ 3.50 | 3.00 | **missed** |",
            "SSIMULACRA2 of pyvips − Darkroom's | ≤ 0.30 | ≤ 0.30 | 0.50 | **missed** |",
            "Bytes of Darkroom / those of Pillow | ≤ 1.02 | ≤ 1.02 | 0.90 | goal reached |",
            "its encoder's alone | ≤ 1.35 | ≤ 1.50 | 1.50 | floor reached |",
            "13 megapixels | ≤ 48.0 MiB | ≤ 62.0 MiB | 45.0 MiB | goal reached |",
            "that of libwebp's method 2 | ≤ 0.45 | ≤ 0.60 | 0.35 | goal reached |",
            "bare rendering's | ≥ 95.0 % | ≥ 90.0 % | 92.0 % | floor reached |",
            "Embedded cloud: uploads/s / those of Python, boto3 and Pillow | ≥ 4.00 | ≥ 2.80 | 4.60 |",
            "LocalStack: uploads/s / those of Python, boto3 and Pillow | ≥ 4.00 | ≥ 2.80 | – | not measured |",
            "`darkroom process` | ≤ 1.10 | ≤ 1.30 | 1.25 | floor reached |",
            "Look-ups per upload while a client waits | ≤ 4.00 | ≤ 4.00 | 3.50 | goal reached |",
            "per second and core | ≥ 10000 | ≥ 10000 | – | not measured |",
        ] {
            assert!(text.contains(row), "{row}\n{text}");
        }
        assert!(text.ends_with("\nFailed: x: failed\n"), "{text}");
    }

    #[test]
    fn without_figures_nothing_is_measured() {
        let report = GoalReport::new(&Figures::default());
        assert!(report.goals.iter().all(|goal| goal.measured.is_none()));
    }
}
