//! Line charts.

use super::{OWN, TEXT, document, escaped};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 420.0;
/// The space around the plot, for the title, the axes and the legend.
const LEFT: f64 = 60.0;
const TOP: f64 = 40.0;
const RIGHT: f64 = 190.0;
const BOTTOM: f64 = 50.0;
/// The approximate number of ticks of an axis.
const TICKS: f64 = 6.0;
/// The colors of peers, in order.
const PEERS: [&str; 6] = [
    "#64748b", "#0f766e", "#7c3aed", "#0369a1", "#a16207", "#be185d",
];
/// The dashes of Darkroom's lines, in order.
const DASHES: [&str; 3] = ["", "7 3", "2 3"];

/// A line of a chart.
#[derive(Debug, Clone)]
pub struct Line {
    /// The name in the legend.
    pub name: String,
    /// The points, x and y.
    pub points: Vec<(f64, f64)>,
    /// `true` for a line of Darkroom.
    pub is_own: bool,
}

/// Lines through points, with two linear axes and a legend.
#[derive(Debug, Clone)]
pub struct LineChart {
    /// The title.
    pub title: String,
    /// The name of the horizontal axis.
    pub x_name: String,
    /// The name of the vertical axis.
    pub y_name: String,
    /// The lines, in the order of the legend.
    pub lines: Vec<Line>,
}

/// One axis: the range of its values, and the positions where it begins and ends.
#[derive(Debug, Clone, Copy)]
struct Axis {
    values: (f64, f64),
    positions: (f64, f64),
}

impl Axis {
    fn new(values: impl Iterator<Item = f64>, positions: (f64, f64)) -> Self {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let values = if low < high {
            (low, high)
        } else {
            // A single value is in the middle, and without any value the axis is arbitrary.
            let middle = if low.is_finite() { low } else { 0.0 };
            (middle - 1.0, middle + 1.0)
        };
        Self { values, positions }
    }

    fn position(self, value: f64) -> f64 {
        let ((low, high), (start, end)) = (self.values, self.positions);
        start + (value - low) / (high - low) * (end - start)
    }

    /// Returns multiples of 1, 2 or 5 times a power of ten, and the number of their decimals.
    fn ticks(self) -> (Vec<f64>, usize) {
        let (low, high) = self.values;
        let rough = (high - low) / TICKS;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
        let step = step.into_iter().find(|step| *step >= rough);
        let step = step.unwrap_or(10.0 * power);
        let first = (low / step).ceil() as i64;
        let last = (high / step).floor() as i64;
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        ((first..=last).map(|i| i as f64 * step).collect(), decimals)
    }
}

impl LineChart {
    /// Returns the chart as SVG.
    pub fn to_svg(&self) -> String {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let x = Axis::new(points().map(|point| point.0), (LEFT, WIDTH - RIGHT));
        let y = Axis::new(points().map(|point| point.1), (HEIGHT - BOTTOM, TOP));
        let mut body = self.titles() + &grid(x, y);
        let (mut own, mut peers) = (0, 0);
        for (row, line) in self.lines.iter().enumerate() {
            let count = if line.is_own { &mut own } else { &mut peers };
            let style = style(line.is_own, *count);
            *count += 1;
            body += &draw(line, &style, x, y);
            body += &legend(&line.name, &style, row);
        }
        document(WIDTH as usize, HEIGHT as usize, &body)
    }

    fn titles(&self) -> String {
        let middle = f64::midpoint(LEFT, WIDTH - RIGHT);
        let (x_name_y, y_name_y) = (HEIGHT - 12.0, f64::midpoint(TOP, HEIGHT - BOTTOM));
        format!(
            "<text x=\"12\" y=\"22\" font-weight=\"600\" fill=\"{TEXT}\">{}</text>\n\
             <text x=\"{middle}\" y=\"{x_name_y}\" text-anchor=\"middle\" fill=\"{TEXT}\">{}</text>\n\
             <text x=\"16\" y=\"{y_name_y}\" text-anchor=\"middle\" fill=\"{TEXT}\" \
             transform=\"rotate(-90 16 {y_name_y})\">{}</text>\n",
            escaped(&self.title),
            escaped(&self.x_name),
            escaped(&self.y_name)
        )
    }
}

fn grid(x: Axis, y: Axis) -> String {
    let (left, right, top, bottom) = (LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM);
    let mut body = String::new();
    let (ticks, decimals) = x.ticks();
    for tick in ticks {
        let (at, text_y) = (x.position(tick), bottom + 18.0);
        body += &format!(
            "<path d=\"M{at:.1} {top}V{bottom}\" stroke=\"#e2e8f0\"/>\n\
             <text x=\"{at:.1}\" y=\"{text_y}\" text-anchor=\"middle\" fill=\"{TEXT}\">\
             {tick:.decimals$}</text>\n"
        );
    }
    let (ticks, decimals) = y.ticks();
    for tick in ticks {
        let at = y.position(tick);
        let (text_x, text_y) = (left - 6.0, at + 4.0);
        body += &format!(
            "<path d=\"M{left} {at:.1}H{right}\" stroke=\"#e2e8f0\"/>\n\
             <text x=\"{text_x}\" y=\"{text_y:.1}\" text-anchor=\"end\" fill=\"{TEXT}\">\
             {tick:.decimals$}</text>\n"
        );
    }
    body
}

/// Returns the attributes of the line with this number among those of Darkroom, or of the peers.
fn style(is_own: bool, number: usize) -> String {
    if is_own {
        let dashes = DASHES[number % DASHES.len()];
        format!("stroke=\"{OWN}\" stroke-width=\"2.5\" stroke-dasharray=\"{dashes}\"")
    } else {
        let color = PEERS[number % PEERS.len()];
        format!("stroke=\"{color}\" stroke-width=\"1.5\"")
    }
}

fn draw(line: &Line, style: &str, x: Axis, y: Axis) -> String {
    let points = line.points.iter();
    let points = points.map(|&(px, py)| format!("{:.1},{:.1}", x.position(px), y.position(py)));
    let points: Vec<String> = points.collect();
    format!(
        "<polyline points=\"{}\" fill=\"none\" {style}/>\n",
        points.join(" ")
    )
}

fn legend(name: &str, style: &str, row: usize) -> String {
    let (start, middle) = (WIDTH - RIGHT + 16.0, TOP + 10.0 + 22.0 * row as f64);
    let (end, text_x, text_y) = (start + 28.0, start + 36.0, middle + 4.0);
    let name = escaped(name);
    format!(
        "<path d=\"M{start} {middle}H{end}\" fill=\"none\" {style}/>\n\
         <text x=\"{text_x}\" y=\"{text_y}\" fill=\"{TEXT}\">{name}</text>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(lines: Vec<Line>) -> String {
        LineChart {
            title: "Photos".to_owned(),
            x_name: "bits per pixel".to_owned(),
            y_name: "SSIMULACRA2".to_owned(),
            lines,
        }
        .to_svg()
    }

    #[test]
    fn the_extremes_are_at_the_corners_of_the_plot() {
        let svg = chart(vec![Line {
            name: "a < b".to_owned(),
            points: vec![(1.0, 50.0), (3.0, 90.0)],
            is_own: true,
        }]);
        assert!(svg.contains("points=\"60.0,370.0 530.0,40.0\""), "{svg}");
        assert!(svg.contains(">a &lt; b</text>"), "{svg}");
    }

    #[test]
    fn ticks_are_round_numbers_inside_the_axis() {
        let axis = |low, high| Axis::new([low, high].into_iter(), (0.0, 1.0)).ticks();
        assert_eq!(axis(48.0, 91.0), (vec![50.0, 60.0, 70.0, 80.0, 90.0], 0));
        let (ticks, decimals) = axis(0.05, 0.31);
        assert_eq!((ticks.len(), decimals), (6, 2));
        assert!(ticks.iter().all(|tick| (0.05..=0.31).contains(tick)));
    }

    #[test]
    fn a_chart_without_points_is_valid() {
        let svg = chart(Vec::new());
        assert!(!svg.contains("NaN") && svg.ends_with("</svg>\n"), "{svg}");
    }
}
