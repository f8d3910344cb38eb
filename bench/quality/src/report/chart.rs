//! The bar chart of the times.

use darkroom_bench_report::{Bar, BarChart, BarGroup};

use super::{Report, table};
use crate::process::Cores;

/// Returns the chart as SVG: a group of bars for one core, and one for all cores.
pub(super) fn svg(report: &Report) -> String {
    let choices = [(Cores::One, "One core"), (Cores::All, "All cores")];
    let groups = choices.map(|(cores, title)| BarGroup {
        title: format!("{title}: seconds (ratio to Darkroom), shorter is better"),
        bars: bars(report, cores),
    });
    BarChart {
        groups: groups.into(),
    }
    .to_svg()
}

fn bars(report: &Report, cores: Cores) -> Vec<Bar> {
    let medians = report.peers.iter().filter_map(|peer| {
        let seconds = peer.median(cores)?.elapsed_seconds;
        Some((peer.name, seconds))
    });
    let medians: Vec<(&'static str, f64)> = medians.collect();
    let first = medians.first().map_or(0.0, |(_, seconds)| *seconds);
    let bar = |(index, &(name, seconds)): (usize, &(&str, f64))| Bar {
        name: name.to_owned(),
        value: seconds,
        label: format!("{seconds:.2} ({})", table::ratio(seconds, first)),
        is_own: index == 0,
    };
    medians.iter().enumerate().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn numbers_contain_the_ratio_and_names_are_escaped() {
        let chart = svg(&example::report());
        assert!(chart.contains(">4.00 (2.00)</text>"), "{chart}");
        assert!(chart.contains(">A &amp; B</text>"), "{chart}");
        assert!(chart.contains("One core") && chart.contains("All cores"));
    }
}
