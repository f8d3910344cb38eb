//! The alert rules, evaluated by a real Prometheus that scrapes a worker.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use darkroom_cloud::Queue;
use darkroom_harness::{DEADLINE, new_key};
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::prometheus::{Prometheus, PromtoolError};
use darkroom_testkit::wait;

use crate::telemetry::address;
use crate::test_bed::{max_receive_count, photo, test_bed};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/prometheus");
const RULES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../deploy/prometheus/alerts.yml"
);
const RUNBOOK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md");
const DEAD_LETTERS: &str = r#"darkroom_consumer_dead_letters_total{reason="malformed"}"#;
const FAILURES: &str = r#"darkroom_worker_outcomes_total{profile="avatar",code="forbidden"}"#;

/// Runs `promtool`. Prints a note if it cannot be started.
#[expect(clippy::print_stderr, reason = "a skipped test must be visible")]
fn promtool(arguments: &[&OsStr]) {
    match Prometheus::promtool(arguments) {
        Ok(output) => assert!(output.contains("SUCCESS"), "{output}"),
        Err(PromtoolError::Missing(reason)) => {
            eprintln!("skipped, because promtool cannot be started: {reason}");
        }
        Err(PromtoolError::Failed(output)) => panic!("{output}"),
    }
}

/// Returns the files with the cases of the rules.
fn case_files() -> Vec<PathBuf> {
    let entries = fs::read_dir(FOLDER.to_owned() + "/tests").unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_rule_fires_as_its_cases_say() {
    promtool(&["check".as_ref(), "rules".as_ref(), RULES.as_ref()]);
    let files = case_files();
    let files = files.iter().map(|file| file.as_os_str());
    let command = ["test", "rules"].map(OsStr::new);
    promtool(&command.into_iter().chain(files).collect::<Vec<_>>());
}

#[test]
fn every_alert_has_cases_for_none_one_and_many_and_a_section_in_the_runbook() {
    let rules = fs::read_to_string(RULES).unwrap();
    let cases: Vec<String> = case_files()
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    let cases = cases.concat();
    let runbook = fs::read_to_string(RUNBOOK).unwrap();
    let names = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "));
    let names: Vec<&str> = names.collect();
    assert!(names.len() > 20, "{names:?}");
    for name in &names {
        for case in ["none", "first", "many"] {
            let case = format!("- name: \"{name}: {case}\"\n");
            assert!(cases.contains(&case), "{case}");
        }
        assert!(runbook.contains(&format!("\n### {name}\n\n")), "{name}");
        let url = format!("runbook_url: docs/operations.md#{}\n", name.to_lowercase());
        assert!(rules.contains(&url), "{url}");
    }
    for line in runbook.lines() {
        if let Some(name) = line.strip_prefix("### Darkroom") {
            assert!(names.contains(&&*format!("Darkroom{name}")), "{line}");
        }
    }
}

/// Prints a note and passes if Prometheus cannot be started.
#[tokio::test]
async fn the_first_failure_of_a_worker_fires_an_alert() {
    let bed = test_bed(max_receive_count(1)).await;
    let mut worker = bed.spawn("worker", &[]).unwrap();
    let url = address(&mut worker, "worker").await;
    let target = url.trim_start_matches("http://");
    let prometheus = match Prometheus::start(target, Path::new(RULES)).await {
        Ok(prometheus) => prometheus,
        Err(reason) => {
            eprintln!("skipped, because Prometheus cannot be started: {reason}");
            return;
        }
    };
    for series in [DEAD_LETTERS, FAILURES] {
        let query = format!("count_over_time({series}[1m])");
        let is_scraped = async || match prometheus.query(&query).await {
            Ok(scraped) if scraped.iter().any(|count| *count >= 2.0) => Ok(()),
            scraped => Err(format!("{scraped:?}")),
        };
        wait::until_async(series, DEADLINE, is_scraped)
            .await
            .unwrap();
    }
    assert_eq!(prometheus.firing().await.unwrap(), [""; 0]);
    bed.events.send(&["malformed".to_owned()]).await.unwrap();
    let key = new_key().unwrap();
    let forbidden = Rule::on("GetObject", Fault::Forbidden).with_path(key.to_string());
    bed.s3.set_rules([forbidden]);
    bed.put_raw(&key, photo(64, 48)).await.unwrap();
    for alert in [
        "DarkroomDeadLetters",
        "DarkroomUploadsFail",
        "DarkroomDeadLetterQueueNotEmpty",
    ] {
        let fires = async || match prometheus.firing().await {
            Ok(firing) if firing.iter().any(|name| name == alert) => Ok(()),
            firing => Err(format!("{firing:?}")),
        };
        wait::until_async(alert, DEADLINE, fires).await.unwrap();
    }
}
