//! Tests that names, dashboard, alerts and documentation match.

use super::{ALL, docs};
use crate::process;

const DASHBOARD: &str = include_str!("../../../../deploy/grafana/darkroom.json");
const ALERTS: &str = include_str!("../../../../deploy/prometheus/alerts.yml");
const SUBSYSTEMS: [&str; 8] = [
    "build", "queue", "consumer", "worker", "webhooks", "issuer", "canary", "render",
];

fn is_metric(name: &str) -> bool {
    names().any(|known| known == name)
}

fn names() -> impl Iterator<Item = &'static str> {
    let own = ALL.iter().map(|metric| metric.name());
    own.chain(process::METRICS.iter().map(|metric| metric.name))
}

/// Returns every word of the text that has the form of a metric's name. Removes the suffixes that
/// Prometheus adds to a histogram.
fn mentioned(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| c != '_' && !c.is_ascii_alphanumeric());
    words
        .filter(|word| {
            let rest = word.strip_prefix("darkroom_").unwrap_or_default();
            let is_own = SUBSYSTEMS
                .iter()
                .any(|subsystem| rest.starts_with(&format!("{subsystem}_")));
            is_own || word.starts_with("process_")
        })
        .map(|word| {
            let base = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|suffix| word.strip_suffix(suffix));
            base.filter(|base| base.ends_with("_seconds"))
                .unwrap_or(word)
        })
        .collect()
}

/// Returns every word of the text that has the form of the name of a recording rule.
fn recorded(text: &str) -> Vec<&str> {
    let is_part = |c: char| c == ':' || c == '_' || c.is_ascii_alphanumeric();
    let words = text.split(|c: char| !is_part(c));
    words.filter(|word| word.starts_with("darkroom:")).collect()
}

#[test]
fn names_follow_the_conventions() {
    for metric in ALL {
        let name = metric.name();
        let rest = name.strip_prefix("darkroom_").unwrap();
        let subsystem = rest.split('_').next().unwrap();
        assert!(SUBSYSTEMS.contains(&subsystem), "{name}");
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        assert!(rest.bytes().all(is_plain), "{name}");
        assert_eq!(
            name.ends_with("_total"),
            metric.kind() == "counter",
            "{name}"
        );
        assert_eq!(
            name.ends_with("_seconds"),
            metric.kind() == "histogram",
            "{name}"
        );
        let help = metric.help();
        assert!(
            help.ends_with('.') && !help.contains("  "),
            "{name}: {help}"
        );
    }
    let mut names: Vec<_> = ALL.iter().map(|metric| metric.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ALL.len());
}

#[test]
fn the_help_of_a_counter_lists_the_values_of_its_labels() {
    for metric in ALL.iter().filter(|metric| metric.kind() == "counter") {
        let labels = metric.labels().iter();
        for label in labels.filter(|label| !label.values.is_empty()) {
            let listed = label.values.join(", ");
            assert!(metric.help().contains(&listed), "{}", metric.name());
        }
    }
}

#[test]
fn dashboard_and_alerts_query_metrics_that_exist() {
    let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels
        .iter()
        .flat_map(|panel| panel["targets"].as_array().unwrap());
    let queries: Vec<&str> = targets
        .map(|target| target["expr"].as_str().unwrap())
        .collect();
    for text in queries.iter().chain([&ALERTS]) {
        let (names, recorded) = (mentioned(text), recorded(text));
        assert!(!names.is_empty() || !recorded.is_empty(), "{text}");
        for name in recorded {
            assert!(ALERTS.contains(&format!("record: {name}\n")), "{name}");
        }
        for name in names {
            assert!(is_metric(name), "{name}");
        }
    }
    assert!(mentioned(ALERTS).len() > 8);
}

#[test]
fn every_metric_is_on_the_dashboard() {
    let shown = mentioned(DASHBOARD);
    for name in names() {
        assert!(shown.contains(&name), "{name}");
    }
}

/// `UPDATE_SNAPSHOTS=1` rewrites the table.
#[test]
fn the_table_in_the_documentation_lists_the_declared_metrics() {
    let text = docs::read();
    let updated = docs::with_table(&text);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        docs::write(&updated);
    } else {
        assert_eq!(text, updated, "run this test with UPDATE_SNAPSHOTS=1");
    }
    for name in mentioned(&updated) {
        assert!(is_metric(name), "{name}");
    }
}
