//! Charts as SVG.

mod bars;
mod lines;

pub use bars::{Bar, BarChart, BarGroup};
pub use lines::{Line, LineChart};

/// The color of Darkroom.
const OWN: &str = "#c2410c";
/// The color of text.
const TEXT: &str = "#1a1a1a";

/// Returns a whole file.
fn document(width: usize, height: usize, body: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n{body}</svg>\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
