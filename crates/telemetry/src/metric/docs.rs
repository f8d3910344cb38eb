//! The table of metrics in `docs/operations.md`.

use std::fmt::Write as _;

use super::ALL;
use crate::process;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md");
const BEGIN: &str = "<!-- metrics: begin; `UPDATE_SNAPSHOTS=1 cargo test -p darkroom-telemetry` writes this table -->\n";
const END: &str = "<!-- metrics: end -->\n";

pub(super) fn read() -> String {
    std::fs::read_to_string(PATH).unwrap()
}

pub(super) fn write(text: &str) {
    std::fs::write(PATH, text).unwrap();
}

/// Returns the document with the table between its markers replaced.
pub(super) fn with_table(text: &str) -> String {
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    [before, BEGIN, &table(), END, after].concat()
}

fn table() -> String {
    let mut table = "| metric | kind | labels | description |\n|---|---|---|---|\n".to_owned();
    for metric in ALL {
        let labels: Vec<String> = metric
            .labels()
            .iter()
            .map(|label| format!("`{}`", label.name))
            .collect();
        writeln!(
            table,
            "| `{}` | {} | {} | {} |",
            metric.name(),
            metric.kind(),
            labels.join(", "),
            metric.help()
        )
        .unwrap();
    }
    for metric in &process::METRICS {
        let process::ProcessMetric {
            name, kind, help, ..
        } = metric;
        writeln!(table, "| `{name}` | {kind} |  | {help} |").unwrap();
    }
    table
}
