//! `encoder`: compares `vp8-keyframe` with libwebp.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Parser;
use darkroom_bench_quality::encoder::{
    Comparison, ContactSheet, EncoderChoice, EncoderReport, Half, ImageSet, compare,
};
use darkroom_bench_quality::quality::webp;

/// The number of crops of a contact sheet.
const CROPS: usize = 12;
/// The most crops of one image.
const CROPS_PER_IMAGE: usize = 2;

/// Compares encoders: time, bytes, SSIMULACRA2, and BD-rate. Ratios are relative to the first encoder.
#[derive(Debug, Parser)]
#[command(name = "encoder")]
struct Arguments {
    /// The sets of images.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "photos,graphics,gradients"
    )]
    sets: Vec<ImageSet>,
    /// The part of each set. Constants were chosen on the images for tuning.
    #[arg(long, default_value = "held-out")]
    half: Half,
    /// Encodes only the middle of larger images, with sides of this length.
    #[arg(long, value_name = "PIXELS")]
    crop: Option<u32>,
    /// The qualities.
    #[arg(long, value_delimiter = ',', default_value = "30,50,65,75,85,95",
        value_parser = clap::value_parser!(u8).range(..=100))]
    qualities: Vec<u8>,
    /// The encoders: vp8-0 to vp8-6, and webp-0 to webp-6 for the methods of libwebp.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "webp-2,webp-4,vp8-0,vp8-2,vp8-4"
    )]
    encoders: Vec<EncoderChoice>,
    /// The number of times that each image is encoded. The median time counts.
    #[arg(long, value_name = "N", default_value_t = 1)]
    runs: usize,
    /// Measures only times and bytes.
    #[arg(long)]
    no_scores: bool,
    /// Measures generated images at two qualities, with two encoders.
    #[arg(long)]
    short: bool,
    /// Writes the report as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Writes a chart of the curves of each set into this folder.
    #[arg(long, value_name = "FOLDER")]
    charts: Option<PathBuf>,
    /// Writes the 12 positions where the second encoder is worst beside the first, as PNG, with a row for each: the
    /// original, the first encoder, the second one.
    #[arg(long, value_name = "FILE")]
    contact_sheet: Option<PathBuf>,
}

impl Arguments {
    fn comparison(&self) -> Comparison {
        if self.short {
            return Comparison {
                sets: vec![ImageSet::Gradients],
                half: Half::HeldOut,
                crop: Some(256),
                qualities: vec![50, 85],
                encoders: vec![EncoderChoice::Libwebp(2), EncoderChoice::Vp8(2)],
                runs: 1,
                has_scores: true,
            };
        }
        Comparison {
            sets: self.sets.clone(),
            half: self.half,
            crop: self.crop,
            qualities: self.qualities.clone(),
            encoders: self.encoders.clone(),
            runs: self.runs,
            has_scores: !self.no_scores,
        }
    }
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let comparison = arguments.comparison();
    let mut sheet = ContactSheet::default();
    let sets = compare(&comparison, |image, _, files| {
        if let (true, [first, second, ..]) = (arguments.contact_sheet.is_some(), files) {
            let (first, second) = (webp::decode(first)?, webp::decode(second)?);
            sheet.add(image, &first, &second, CROPS_PER_IMAGE);
        }
        Ok(())
    })?;
    let report = EncoderReport::new(&comparison, sets);
    write!(io::stdout(), "{}", report.to_markdown())?;
    if let Some(path) = &arguments.json {
        report.write_json(path)?;
    }
    if let Some(folder) = &arguments.charts {
        report.write_charts(folder)?;
    }
    if let Some(path) = &arguments.contact_sheet {
        for (row, position) in sheet.write(path, CROPS)?.iter().enumerate() {
            writeln!(io::stdout(), "row {}: {position}", row + 1)?;
        }
    }
    Ok(())
}
