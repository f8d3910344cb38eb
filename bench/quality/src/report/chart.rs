//! The bar chart of the times, as SVG.

use std::fmt::Write;

use super::{Report, table};
use crate::process::Cores;

const WIDTH: usize = 720;
/// The horizontal start of the bars; the names of the peers end before it.
const BARS_START: usize = 190;
/// The length of the longest bar. The numbers need the rest of the width.
const LONGEST_BAR: f64 = 400.0;
const ROW_HEIGHT: usize = 26;
const BAR_HEIGHT: usize = 16;
const TITLE_HEIGHT: usize = 40;
const MARGIN: usize = 12;

/// Returns the chart: a group of bars for one core, and one for all cores.
pub(super) fn svg(report: &Report) -> String {
    let mut body = String::new();
    let mut y = MARGIN;
    for (cores, title) in [(Cores::One, "One core"), (Cores::All, "All cores")] {
        let bars = bars(report, cores);
        if !bars.is_empty() {
            y = draw_group(&mut body, y, title, &bars);
        }
    }
    let height = y + MARGIN;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\">\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n{body}</svg>\n"
    )
}

/// One bar.
struct Bar {
    name: &'static str,
    seconds: f64,
    /// The time divided by Darkroom's.
    ratio: String,
    is_darkroom: bool,
}

fn bars(report: &Report, cores: Cores) -> Vec<Bar> {
    let medians = report.peers.iter().filter_map(|peer| {
        let seconds = peer.median(cores)?.elapsed_seconds;
        Some((peer.name, seconds))
    });
    let medians: Vec<(&'static str, f64)> = medians.collect();
    let first = medians.first().map_or(0.0, |(_, seconds)| *seconds);
    let bar = |(index, &(name, seconds))| Bar {
        name,
        seconds,
        ratio: table::ratio(seconds, first),
        is_darkroom: index == 0,
    };
    medians.iter().enumerate().map(bar).collect()
}

/// Draws a group of bars from `top`, and returns the lower end of the group.
fn draw_group(body: &mut String, top: usize, title: &str, bars: &[Bar]) -> usize {
    let mut add = |element: String| {
        let _ = writeln!(body, "{element}");
    };
    let title_y = top + 22;
    add(format!(
        "<text x=\"{MARGIN}\" y=\"{title_y}\" font-weight=\"600\" fill=\"#1a1a1a\">\
         {title}: seconds (ratio to Darkroom), shorter is better</text>"
    ));
    let longest = bars.iter().map(|bar| bar.seconds).fold(0.0, f64::max);
    for (row, bar) in bars.iter().enumerate() {
        let bar_y = top + TITLE_HEIGHT + row * ROW_HEIGHT;
        let text_y = bar_y + BAR_HEIGHT - 3;
        let name_x = BARS_START - 8;
        let length = LONGEST_BAR * bar.seconds / longest.max(f64::MIN_POSITIVE);
        let number_x = BARS_START as f64 + length + 6.0;
        let fill = if bar.is_darkroom {
            "#c2410c"
        } else {
            "#94a3b8"
        };
        add(format!(
            "<text x=\"{name_x}\" y=\"{text_y}\" text-anchor=\"end\" fill=\"#1a1a1a\">{}</text>",
            escaped(bar.name)
        ));
        add(format!(
            "<rect x=\"{BARS_START}\" y=\"{bar_y}\" width=\"{length:.1}\" \
             height=\"{BAR_HEIGHT}\" rx=\"2\" fill=\"{fill}\"/>"
        ));
        add(format!(
            "<text x=\"{number_x:.1}\" y=\"{text_y}\" fill=\"#1a1a1a\">{:.2} ({})</text>",
            bar.seconds, bar.ratio
        ));
    }
    top + TITLE_HEIGHT + bars.len() * ROW_HEIGHT
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn bars_are_as_long_as_the_times_of_their_group() {
        let chart = svg(&example::report());
        let lengths: Vec<&str> = chart
            .split("<rect x=")
            .skip(1)
            .filter_map(|rest| rest.split("width=\"").nth(1)?.split('"').next())
            .collect();
        assert_eq!(lengths, ["200.0", "400.0", "200.0", "400.0"]);
    }

    #[test]
    fn numbers_contain_the_ratio_and_names_are_escaped() {
        let chart = svg(&example::report());
        assert!(chart.contains(">4.00 (2.00)</text>"), "{chart}");
        assert!(chart.contains(">A &amp; B</text>"), "{chart}");
    }

    #[test]
    fn the_chart_contains_all_of_its_elements() {
        let chart = svg(&example::report());
        let height = MARGIN * 2 + (TITLE_HEIGHT + 2 * ROW_HEIGHT) * 2;
        assert!(chart.contains(&format!("viewBox=\"0 0 {WIDTH} {height}\"")));
        assert_eq!(
            chart.matches("<text").count(),
            chart.matches("</text>").count()
        );
        assert!(chart.ends_with("</svg>\n"));
    }
}
