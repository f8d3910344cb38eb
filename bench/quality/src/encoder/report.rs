//! The report of `encoder`: tables, JSON and a chart for each set.

use std::fs;
use std::path::Path;

use darkroom_bench_report::{Line, LineChart, Machine};
use serde::Serialize;

use super::{Comparison, Curve, EncoderChoice, Half, Point, SetCurves, bd_rate};

/// All curves of one run of the command.
#[derive(Debug, Serialize)]
pub struct EncoderReport {
    date: String,
    machine: Machine,
    half: Half,
    crop: Option<u32>,
    qualities: Vec<u8>,
    encoders: Vec<EncoderChoice>,
    has_scores: bool,
    sets: Vec<SetCurves>,
    summaries: Vec<Summary>,
}

/// The sums of an encoder at one quality, over all images of a set.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Summary {
    /// The encoder.
    pub encoder: EncoderChoice,
    /// The quality.
    pub quality: u8,
    /// The time of all images.
    pub seconds: f64,
    /// The time divided by that of the first encoder.
    pub time_ratio: f64,
    /// The bytes of all images.
    pub bytes: usize,
    /// The bytes divided by those of the first encoder.
    pub bytes_ratio: f64,
    /// The mean of SSIMULACRA2.
    pub mean_score: f64,
    /// The lowest SSIMULACRA2.
    pub worst_score: f64,
    /// The mean of the BD-rates of all images, relative to the first encoder.
    pub bd_rate: Option<f64>,
}

impl EncoderReport {
    /// Creates a report of today and of this machine.
    pub fn new(comparison: &Comparison, sets: Vec<SetCurves>) -> Self {
        let summaries = sets.iter().flat_map(|set| summaries(comparison, set));
        Self {
            date: time::OffsetDateTime::now_utc().date().to_string(),
            machine: Machine::current(),
            half: comparison.half,
            crop: comparison.crop,
            qualities: comparison.qualities.clone(),
            encoders: comparison.encoders.clone(),
            has_scores: comparison.has_scores,
            summaries: summaries.collect(),
            sets,
        }
    }

    /// Returns the sums of the set with this index, by encoder and quality.
    pub fn summaries(&self, set: usize) -> &[Summary] {
        let count = self.encoders.len() * self.qualities.len();
        &self.summaries[set * count..(set + 1) * count]
    }

    /// Returns the tables in Markdown.
    pub fn to_markdown(&self) -> String {
        let half = match self.half {
            Half::All => "all images",
            Half::Tuning => "images for tuning",
            Half::HeldOut => "held-out images",
        };
        let mut text = format!(
            "{}: {} ({} processors), {}; {half}.\n",
            self.date, self.machine.processor, self.machine.processors, self.machine.system
        );
        for (index, set) in self.sets.iter().enumerate() {
            let images = set.curves.first().map_or(0, Vec::len);
            let pixels = set.curves.iter().take(1).flatten();
            let pixels: u64 = pixels.map(|curve| curve.pixels).sum();
            text += &format!(
                "\n{} ({images} images, {:.1} megapixels)\n\n\
                 | encoder | quality | time, s | ratio | bytes | ratio | SSIMULACRA2, mean | worst | BD-rate |\n\
                 |---|---|---|---|---|---|---|---|---|\n",
                set.set.name(),
                pixels as f64 / 1e6
            );
            for summary in self.summaries(index) {
                text += &self.row(summary);
            }
        }
        text
    }

    fn row(&self, summary: &Summary) -> String {
        let rate = summary.bd_rate;
        let rate = rate.map_or("–".to_owned(), |rate| format!("{:+.2} %", rate * 100.0));
        let [mean, worst] = [summary.mean_score, summary.worst_score].map(|score| {
            if self.has_scores {
                format!("{score:.2}")
            } else {
                "–".to_owned()
            }
        });
        format!(
            "| {} | {} | {:.3} | {:.2} | {} | {:.3} | {mean} | {worst} | {rate} |\n",
            summary.encoder,
            summary.quality,
            summary.seconds,
            summary.time_ratio,
            summary.bytes,
            summary.bytes_ratio
        )
    }

    /// Writes the report as JSON.
    ///
    /// Errors if the file cannot be written.
    pub fn write_json(&self, path: &Path) -> anyhow::Result<()> {
        fs::write(path, serde_json::to_string_pretty(self)? + "\n")?;
        Ok(())
    }

    /// Writes a chart of the rate-distortion curves for each set: `encoder-{set}.svg`.
    ///
    /// Errors if a file cannot be written.
    pub fn write_charts(&self, folder: &Path) -> anyhow::Result<()> {
        for (index, set) in self.sets.iter().enumerate() {
            let name = set.set.name();
            let chart = self.chart(index, set).to_svg();
            fs::write(folder.join(format!("encoder-{name}.svg")), chart)?;
        }
        Ok(())
    }

    fn chart(&self, index: usize, set: &SetCurves) -> LineChart {
        let curves = set.curves.first();
        let pixels: u64 = curves.into_iter().flatten().map(|it| it.pixels).sum();
        let bits_per_pixel = |bytes: usize| bytes as f64 * 8.0 / pixels.max(1) as f64;
        let summaries = self.summaries(index);
        let lines = summaries
            .chunks(self.qualities.len().max(1))
            .map(|summaries| Line {
                name: summaries[0].encoder.to_string(),
                points: summaries
                    .iter()
                    .map(|it| (bits_per_pixel(it.bytes), it.mean_score))
                    .collect(),
                is_own: summaries[0].encoder.is_own(),
            });
        LineChart {
            title: format!("{}: higher and further left is better", set.set.name()),
            x_name: "bits per pixel".to_owned(),
            y_name: "mean SSIMULACRA2".to_owned(),
            lines: lines.collect(),
        }
    }
}

fn summaries(comparison: &Comparison, set: &SetCurves) -> Vec<Summary> {
    let mut summaries = Vec::new();
    for (&encoder, curves) in comparison.encoders.iter().zip(&set.curves) {
        let rates = set.curves[0].iter().zip(curves);
        let rates = rates.filter_map(|(first, other)| bd_rate(&first.points, &other.points));
        let bd_rate = mean(&rates.collect::<Vec<f64>>()).filter(|_| comparison.has_scores);
        for (index, &quality) in comparison.qualities.iter().enumerate() {
            let at = |curves: &[Curve]| -> Vec<Point> {
                curves.iter().map(|curve| curve.points[index]).collect()
            };
            let (points, first) = (at(curves), at(&set.curves[0]));
            let seconds = |points: &[Point]| points.iter().map(|it| it.seconds).sum::<f64>();
            let bytes = |points: &[Point]| points.iter().map(|it| it.bytes).sum::<usize>();
            let scores: Vec<f64> = points.iter().map(|point| point.score).collect();
            summaries.push(Summary {
                encoder,
                quality,
                seconds: seconds(&points),
                time_ratio: seconds(&points) / seconds(&first),
                bytes: bytes(&points),
                bytes_ratio: bytes(&points) as f64 / bytes(&first) as f64,
                mean_score: mean(&scores).unwrap_or_default(),
                worst_score: scores.iter().copied().fold(100.0, f64::min),
                bd_rate,
            });
        }
    }
    summaries
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::super::ImageSet;
    use super::*;

    fn report() -> EncoderReport {
        let comparison = Comparison {
            sets: vec![ImageSet::Gradients],
            half: Half::HeldOut,
            crop: None,
            qualities: vec![50, 80],
            encoders: vec![EncoderChoice::Libwebp(2), EncoderChoice::Vp8(2)],
            runs: 1,
            has_scores: true,
        };
        let curve = |seconds, bytes: [usize; 2]| Curve {
            image: "a".to_owned(),
            pixels: 8000,
            points: bytes
                .into_iter()
                .zip([60.0, 80.0])
                .map(|(bytes, score)| Point {
                    seconds,
                    bytes,
                    score,
                })
                .collect(),
        };
        let set = SetCurves {
            set: ImageSet::Gradients,
            curves: vec![
                vec![curve(1.0, [1000, 2000])],
                vec![curve(0.25, [500, 1000])],
            ],
        };
        EncoderReport::new(&comparison, vec![set])
    }

    #[test]
    fn the_table_contains_ratios_and_rates() {
        let text = report().to_markdown();
        let row = "| vp8-2 | 80 | 0.250 | 0.25 | 1000 | 0.500 | 80.00 | 80.00 | -50.00 % |";
        assert!(text.contains(row), "{text}");
        assert!(text.contains("; held-out images."), "{text}");
    }

    #[test]
    fn files_contain_the_curves() {
        let folder = tempfile::tempdir().unwrap();
        let json = folder.path().join("a.json");
        report().write_json(&json).unwrap();
        report().write_charts(folder.path()).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
        assert_eq!(json["half"], "held-out");
        assert_eq!(json["sets"][0]["curves"][1][0]["points"][0]["bytes"], 500);
        let chart = fs::read_to_string(folder.path().join("encoder-gradients.svg")).unwrap();
        assert!(chart.contains(">webp-2</text>") && chart.contains(">vp8-2</text>"));
    }
}
