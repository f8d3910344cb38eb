//! Table, JSON and a chart.

use darkroom_bench_report::{Bar, BarChart, BarGroup};

use crate::Measured;

/// Returns a table in Markdown.
pub fn to_markdown(measured: &[Measured]) -> String {
    let rows = measured.iter().map(|one| one.row() + "\n");
    "| | figure | goal | |\n|---|---|---|---|\n".to_owned() + &rows.collect::<String>()
}

/// Returns all figures as JSON.
///
/// # Errors
/// None in practice, because figures are finite.
pub fn to_json(measured: &[Measured]) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(measured)? + "\n")
}

/// Returns a bar chart of the times that outcomes take to their clients, as SVG.
pub fn chart(measured: &[Measured]) -> String {
    let group = |share: &str| BarGroup {
        title: format!("{share} from the outcome to the client, shorter is better"),
        bars: bars(measured, share),
    };
    BarChart {
        groups: ["p50", "p99"].map(group).into(),
    }
    .to_svg()
}

fn bars(measured: &[Measured], share: &str) -> Vec<Bar> {
    let suffix = format!("_{share}");
    let bar = |one: &Measured| {
        let clients = one.name.strip_prefix("outcome")?.strip_suffix(&suffix)?;
        let clients = match clients.trim_matches('_') {
            "" => "1 client".to_owned(),
            number => format!("{number} clients"),
        };
        Some(Bar {
            name: clients,
            value: one.figure,
            label: format!("{:.0} ms", one.figure),
            is_own: true,
        })
    };
    measured.iter().filter_map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Goal;

    fn measured() -> [Measured; 3] {
        let one = |name: &str, figure, goal| Measured {
            name: name.to_owned(),
            what: name.replace('_', " "),
            figure,
            unit: "ms",
            goal,
        };
        [
            one("outcome_p50", 40.0, Some(Goal::AtMost(30.0))),
            one("outcome_100_p50", 64.0, None),
            one("url_p99", 4.2, Some(Goal::AtMost(5.0))),
        ]
    }

    #[test]
    fn rows_contain_goals_and_results() {
        let text = to_markdown(&measured());
        assert!(
            text.contains("| outcome p50 | 40.0 ms | at most 30 ms | MISSED |"),
            "{text}"
        );
        assert!(
            text.contains("| outcome 100 p50 | 64.0 ms |  |  |"),
            "{text}"
        );
        assert!(
            text.contains("| url p99 | 4.2 ms | at most 5 ms | ok |"),
            "{text}"
        );
    }

    #[test]
    fn the_chart_has_a_bar_for_each_number_of_clients() {
        let svg = chart(&measured());
        assert!(
            svg.contains(">1 client</text>") && svg.contains(">100 clients</text>"),
            "{svg}"
        );
        assert_eq!(svg.matches(" ms</text>").count(), 2);
    }

    #[test]
    fn the_json_contains_names_and_figures() {
        let json: serde_json::Value = serde_json::from_str(&to_json(&measured()).unwrap()).unwrap();
        assert_eq!(json[0]["name"], "outcome_p50");
        assert_eq!(json[0]["goal"]["at_most"], 30.0);
        assert_eq!(json[1]["goal"], serde_json::Value::Null);
    }
}
