//! Bar charts.

use super::{OWN, TEXT, document, escaped};

const WIDTH: usize = 720;
/// The horizontal start of the bars; their names end before it.
const BARS_START: usize = 190;
/// The length of the longest bar. The numbers need the rest of the width.
const LONGEST_BAR: f64 = 400.0;
const ROW_HEIGHT: usize = 26;
const BAR_HEIGHT: usize = 16;
const TITLE_HEIGHT: usize = 40;
const MARGIN: usize = 12;
/// The color of peers.
const PEER: &str = "#94a3b8";

/// A bar.
#[derive(Debug, Clone)]
pub struct Bar {
    /// The name on the left.
    pub name: String,
    /// The length, relative to the other bars of the group.
    pub value: f64,
    /// The text on the right.
    pub label: String,
    /// `true` for a bar of Darkroom.
    pub is_own: bool,
}

/// Bars with a common scale, below a title.
#[derive(Debug, Clone)]
pub struct BarGroup {
    /// The title.
    pub title: String,
    /// The bars, from top to bottom.
    pub bars: Vec<Bar>,
}

/// Groups of horizontal bars.
#[derive(Debug, Clone, Default)]
pub struct BarChart {
    /// The groups, from top to bottom. Those without bars are left out.
    pub groups: Vec<BarGroup>,
}

impl BarChart {
    /// Returns the chart as SVG.
    pub fn to_svg(&self) -> String {
        let mut body = String::new();
        let mut y = MARGIN;
        for group in self.groups.iter().filter(|group| !group.bars.is_empty()) {
            y = draw_group(&mut body, y, group);
        }
        document(WIDTH, y + MARGIN, &body)
    }
}

/// Draws a group of bars from `top`, and returns the lower end of the group.
fn draw_group(body: &mut String, top: usize, group: &BarGroup) -> usize {
    let title_y = top + 22;
    *body += &format!(
        "<text x=\"{MARGIN}\" y=\"{title_y}\" font-weight=\"600\" fill=\"{TEXT}\">{}</text>\n",
        escaped(&group.title)
    );
    let longest = group.bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    for (row, bar) in group.bars.iter().enumerate() {
        let bar_y = top + TITLE_HEIGHT + row * ROW_HEIGHT;
        let length = LONGEST_BAR * bar.value / longest.max(f64::MIN_POSITIVE);
        *body += &bar_elements(bar, bar_y, length);
    }
    top + TITLE_HEIGHT + group.bars.len() * ROW_HEIGHT
}

fn bar_elements(bar: &Bar, bar_y: usize, length: f64) -> String {
    let text_y = bar_y + BAR_HEIGHT - 3;
    let name_x = BARS_START - 8;
    let number_x = BARS_START as f64 + length + 6.0;
    let fill = if bar.is_own { OWN } else { PEER };
    let (name, label) = (escaped(&bar.name), escaped(&bar.label));
    format!(
        "<text x=\"{name_x}\" y=\"{text_y}\" text-anchor=\"end\" fill=\"{TEXT}\">{name}</text>\n\
         <rect x=\"{BARS_START}\" y=\"{bar_y}\" width=\"{length:.1}\" height=\"{BAR_HEIGHT}\" \
         rx=\"2\" fill=\"{fill}\"/>\n\
         <text x=\"{number_x:.1}\" y=\"{text_y}\" fill=\"{TEXT}\">{label}</text>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> BarChart {
        let bar = |name: &str, value| Bar {
            name: name.to_owned(),
            value,
            label: format!("{value:.2} s"),
            is_own: value < 2.0,
        };
        let group = |bars| BarGroup {
            title: "Seconds".to_owned(),
            bars,
        };
        BarChart {
            groups: vec![
                group(vec![bar("Darkroom", 1.0), bar("A & B", 2.0)]),
                group(Vec::new()),
                group(vec![bar("A", 5.0)]),
            ],
        }
    }

    #[test]
    fn bars_are_as_long_as_the_values_of_their_group() {
        let chart = chart().to_svg();
        let rects = chart.split("<rect x=").skip(1);
        let lengths = rects.filter_map(|rest| rest.split("width=\"").nth(1)?.split('"').next());
        assert_eq!(lengths.collect::<Vec<_>>(), ["200.0", "400.0", "400.0"]);
    }

    #[test]
    fn labels_are_complete_and_names_are_escaped() {
        let chart = chart().to_svg();
        assert!(chart.contains(">2.00 s</text>"), "{chart}");
        assert!(chart.contains(">A &amp; B</text>"), "{chart}");
    }

    #[test]
    fn the_chart_contains_all_of_its_elements() {
        let chart = chart().to_svg();
        let height = MARGIN * 2 + TITLE_HEIGHT * 2 + 3 * ROW_HEIGHT;
        assert!(chart.contains(&format!("viewBox=\"0 0 {WIDTH} {height}\"")));
        let count = |text| chart.matches(text).count();
        assert_eq!(count("<text"), count("</text>"));
        assert!(chart.ends_with("</svg>\n"));
    }
}
