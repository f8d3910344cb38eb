//! `darkroom simulate`.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::test_bed::darkroom;

fn simulate(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = darkroom(folder);
    command.arg("simulate").args(arguments);
    command.output().unwrap()
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = simulate(folder, &[&["--json"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_day_with_a_peak_gets_the_workers_that_the_objective_needs() {
    let folder = tempfile::tempdir().unwrap();
    let day = ["--uploads", "50000", "--peak", "20"];
    let report = json(folder.path(), &day);
    assert_eq!(
        report,
        json(folder.path(), &day),
        "the seed decides everything"
    );
    assert!(report["share_within_objective"].as_f64().unwrap() >= 0.999);
    assert!(report["p99_seconds"].as_f64().unwrap() <= 30.0);
    let workers = report["fleet"]["workers"].as_u64().unwrap();
    assert!(workers > 1, "{report}");
    let writes = report["cost_usd"]["s3_write"].as_f64().unwrap();
    assert!(
        (writes - 1.0).abs() < 1e-9,
        "50,000 uploads with four writes each: {writes}"
    );
    let fewer = (workers - 1).to_string();
    let fewer = json(folder.path(), &[&day[..], &["--workers", &fewer]].concat());
    assert!(fewer["share_within_objective"].as_f64().unwrap() < 0.999);
    assert!(fewer["max_backlog"].as_u64() > report["max_backlog"].as_u64());
}

#[test]
fn a_trace_replaces_the_generated_day() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("trace.csv"),
        "second,uploads\n0,10\n300,40\n",
    )
    .unwrap();
    let report = json(folder.path(), &["--trace", "trace.csv"]);
    let uploads = report["intervals"].as_array().unwrap().iter();
    let uploads: Vec<_> = uploads
        .map(|interval| interval["uploads"].clone())
        .collect();
    assert_eq!(uploads[..2], [10, 40]);
    let text = simulate(folder.path(), &["--trace", "trace.csv"]).stdout;
    let text = String::from_utf8(text).unwrap();
    assert!(
        text.contains("\n50 uploads; workers: 1, each with 2 render processes"),
        "{text}"
    );
}

#[test]
fn invalid_input_is_a_usage_error_that_names_the_line_or_the_option() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bad.csv"), "0,10\n0,40\n").unwrap();
    for (arguments, named) in [
        (
            &["--trace", "bad.csv"][..],
            "bad.csv: line 2: the second must be greater",
        ),
        (&["--uploads", "0"], "--uploads"),
        (&["--peak", "0.5"], "--peak"),
        (&["--share", "NaN"], "--share"),
        (
            &["--objective", "100ms"],
            "not even 65536 workers meet the objective",
        ),
    ] {
        let output = simulate(folder.path(), arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        assert!(errors.contains(named), "{arguments:?}: {errors}");
    }
}

#[test]
fn the_table_of_the_page_on_cost_has_the_computed_amounts() {
    let page = include_str!("../../../../docs/cost.md");
    let folder = tempfile::tempdir().unwrap();
    let reports = ["1", "5", "20"].map(|peak| json(folder.path(), &["--peak", peak]));
    let row = |amount: &dyn Fn(&Value) -> f64| {
        reports
            .each_ref()
            .map(|report| format!("{:.2}", amount(report)))
    };
    let cost = |name: &'static str| row(&|report| report["cost_usd"][name].as_f64().unwrap());
    for (label, amounts) in [
        ("| writes to S3 |", cost("s3_write")),
        ("| reads from S3 |", cost("s3_read")),
        ("| SQS |", cost("sqs")),
        ("| workers, all day |", cost("compute")),
        ("| **together, once** |", cost("total")),
        (
            "| raw objects of 3 MB, each month that they are kept |",
            cost("raw_storage_per_month"),
        ),
    ] {
        let line = page.lines().find(|line| line.starts_with(label));
        let line = line.unwrap_or_else(|| panic!("no row {label}"));
        let found = line.trim_start_matches(label).replace(['*', ' '], "");
        assert_eq!(found, amounts.join("|") + "|", "{label}");
    }
}
