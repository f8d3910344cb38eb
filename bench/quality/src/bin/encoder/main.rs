//! Compares `vp8-keyframe` with libwebp: time, bytes, SSIMULACRA2, and BD-rate.
//!
//! ```text
//! encoder [set=photos,small,graphics,gradients] [half=all|tuning|held-out] [crop=N] [qualities=75,85] [repeat=N]
//!         [peers=webp2,vp8-2]
//! ```
//!
//! With a folder in the environment variable `CROPS`, writes the places where the second peer is worst beside
//! the first. All encoders get the same planes. libwebp decodes all frames. BD-rate is against the first peer.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    unsafe_code,
    reason = "a measurement ends at the first error and prints a table, and libwebp is C"
)]

mod crops;
mod images;
mod libwebp;

use std::time::Instant;

use fast_ssim2::{PixelDescriptor, PixelSlice, compute_ssimulacra2};
use images::{Half, Image};
use libwebp::Yuv;
use vp8_keyframe::{Encoder, EncoderOptions, Planes};

/// An encoder and its effort.
#[derive(Clone)]
struct Peer {
    name: String,
    ours: bool,
    effort: u8,
}

impl Peer {
    fn from_name(name: &str) -> Self {
        let effort = name.bytes().last().map_or(0, |byte| byte - b'0');
        Self {
            name: name.to_owned(),
            ours: name.starts_with("vp8"),
            effort,
        }
    }

    fn encode(&self, yuv: &Yuv, quality: u8) -> Vec<u8> {
        if !self.ours {
            return libwebp::encode(yuv, quality, self.effort.into());
        }
        let options = EncoderOptions {
            quality,
            effort: self.effort,
            max_bytes: None,
        };
        let chroma_stride = yuv.width.div_ceil(2) as usize;
        let planes = Planes {
            y: &yuv.y,
            u: &yuv.u,
            v: &yuv.v,
            y_stride: yuv.width as usize,
            u_stride: chroma_stride,
            v_stride: chroma_stride,
            width: yuv.width,
            height: yuv.height,
        };
        into_file(Encoder::new(options).unwrap().encode(&planes).unwrap())
    }
}

/// Puts a frame into a WebP file.
fn into_file(mut frame: Vec<u8>) -> Vec<u8> {
    let length = frame.len() as u32;
    if length % 2 == 1 {
        frame.push(0);
    }
    let mut file = b"RIFF".to_vec();
    file.extend_from_slice(&(frame.len() as u32 + 12).to_le_bytes());
    file.extend_from_slice(b"WEBPVP8 ");
    file.extend_from_slice(&length.to_le_bytes());
    file.extend_from_slice(&frame);
    file
}

/// The result for one image at one quality.
#[derive(Clone, Copy, Default)]
struct Point {
    seconds: f64,
    bytes: usize,
    score: f64,
}

fn score(image: &Image, decoded: &[u8]) -> f64 {
    let stride = 3 * image.width as usize;
    let slice = |rgb| {
        PixelSlice::new(
            rgb,
            image.width,
            image.height,
            stride,
            PixelDescriptor::RGB8_SRGB,
        )
        .unwrap()
    };
    compute_ssimulacra2(&slice(&image.rgb), &slice(decoded)).unwrap()
}

fn main() {
    let argument = |name: &str, default: &str| {
        let prefix = format!("{name}=");
        let value = std::env::args().find_map(|a| a.strip_prefix(&prefix).map(str::to_owned));
        value.unwrap_or_else(|| default.to_owned())
    };
    let half = match &*argument("half", "all") {
        "tuning" => Half::Tuning,
        "held-out" => Half::HeldOut,
        _ => Half::All,
    };
    let crop = argument("crop", "").parse().ok();
    let repeat: usize = argument("repeat", "1").parse().unwrap();
    let scores = argument("scores", "yes") == "yes";
    let list = argument("qualities", "75,85");
    let qualities: Vec<u8> = list.split(',').map(|q| q.parse().unwrap()).collect();
    let list = argument("peers", "webp2,vp8-2");
    let peers: Vec<Peer> = list.split(',').map(Peer::from_name).collect();
    for set in argument("set", "photos").split(',') {
        let images = images::load(set, half, crop);
        let curves = measure(&images, &peers, &qualities, repeat, scores);
        print_table(set, &images, &peers, &qualities, &curves);
    }
}

/// Returns points by peer, image and quality. Peers take turns, and the median time counts.
fn measure(
    images: &[Image],
    peers: &[Peer],
    qualities: &[u8],
    repeat: usize,
    scores: bool,
) -> Vec<Vec<Vec<Point>>> {
    let mut curves = vec![vec![vec![Point::default(); qualities.len()]; images.len()]; peers.len()];
    for (i, image) in images.iter().enumerate() {
        let yuv = Yuv::from_rgb(&image.rgb, image.width, image.height);
        for (q, &quality) in qualities.iter().enumerate() {
            let mut times = vec![Vec::new(); peers.len()];
            let mut files = vec![Vec::new(); peers.len()];
            for _ in 0..repeat {
                for (p, peer) in peers.iter().enumerate() {
                    let start = Instant::now();
                    files[p] = peer.encode(&yuv, quality);
                    times[p].push(start.elapsed().as_secs_f64());
                }
            }
            for (p, file) in files.iter().enumerate() {
                times[p].sort_by(f64::total_cmp);
                let seconds = times[p][repeat / 2];
                let decoded = libwebp::decode(file, image.width, image.height);
                let score = if scores { score(image, &decoded) } else { 0.0 };
                if let Some(folder) = std::env::var_os("CROPS").filter(|_| p == 1) {
                    let first = libwebp::decode(&files[0], image.width, image.height);
                    crops::write(folder.as_ref(), image, &first, &decoded, 2);
                }
                curves[p][i][q] = Point {
                    seconds,
                    bytes: file.len(),
                    score,
                };
            }
        }
    }
    curves
}

fn print_table(
    set: &str,
    images: &[Image],
    peers: &[Peer],
    qualities: &[u8],
    curves: &[Vec<Vec<Point>>],
) {
    let pixels: u64 = images
        .iter()
        .map(|i| u64::from(i.width) * u64::from(i.height))
        .sum();
    println!(
        "{set}: {} images, {:.1} megapixels",
        images.len(),
        pixels as f64 / 1e6
    );
    println!("peer     quality  seconds  ratio      bytes  ratio    mean   worst  BD-rate");
    for (p, peer) in peers.iter().enumerate() {
        let rates: Vec<f64> = (0..images.len())
            .filter_map(|i| bd_rate(&curves[0][i], &curves[p][i]))
            .collect();
        let rate = 100.0 * rates.iter().sum::<f64>() / rates.len() as f64;
        for (q, quality) in qualities.iter().enumerate() {
            let total = |p: usize, value: fn(&Point) -> f64| {
                curves[p]
                    .iter()
                    .map(|points| value(&points[q]))
                    .sum::<f64>()
            };
            let seconds = |p| total(p, |point| point.seconds);
            let bytes = |p| total(p, |point| point.bytes as f64);
            let mean = total(p, |point| point.score) / images.len() as f64;
            let worst = curves[p]
                .iter()
                .map(|points| points[q].score)
                .fold(100.0, f64::min);
            println!(
                "{:8} {quality:7} {:8.3} {:6.3} {:10} {:6.3} {mean:7.2} {worst:7.2} {rate:7.2} %",
                peer.name,
                seconds(p),
                seconds(p) / seconds(0),
                bytes(p),
                bytes(p) / bytes(0),
            );
        }
    }
    if std::env::args().any(|argument| argument == "verbose") {
        for (i, image) in images.iter().enumerate() {
            for (p, peer) in peers.iter().enumerate() {
                let rate = bd_rate(&curves[0][i], &curves[p][i]).unwrap_or(0.0);
                let points = curves[p][i]
                    .iter()
                    .map(|p| format!("{}:{:.2}", p.bytes, p.score));
                let points: Vec<String> = points.collect();
                println!(
                    "  {:30} {:8} {:6.2} % {}",
                    image.name,
                    peer.name,
                    100.0 * rate,
                    points.join(" ")
                );
            }
        }
    }
}

/// Returns the mean relative difference in bytes at equal scores, or `None` if scores do not overlap.
fn bd_rate(reference: &[Point], other: &[Point]) -> Option<f64> {
    let low = |points: &[Point]| points.iter().map(|p| p.score).fold(f64::INFINITY, f64::min);
    let high = |points: &[Point]| {
        points
            .iter()
            .map(|p| p.score)
            .fold(f64::NEG_INFINITY, f64::max)
    };
    let (from, to) = (
        low(reference).max(low(other)),
        high(reference).min(high(other)),
    );
    if from >= to {
        return None;
    }
    let steps = 100;
    let difference: f64 = (0..=steps)
        .map(|step| from + (to - from) * f64::from(step) / f64::from(steps))
        .map(|score| log_bytes(other, score) - log_bytes(reference, score))
        .sum();
    Some((difference / f64::from(steps + 1)).exp() - 1.0)
}

/// Returns the logarithm of the bytes at a score, linear between points.
fn log_bytes(points: &[Point], score: f64) -> f64 {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.score.total_cmp(&b.score));
    let upper = sorted
        .iter()
        .position(|p| p.score >= score)
        .unwrap_or(sorted.len() - 1)
        .max(1);
    let (a, b) = (sorted[upper - 1], sorted[upper]);
    let part = ((score - a.score) / (b.score - a.score)).clamp(0.0, 1.0);
    (a.bytes as f64).ln() * (1.0 - part) + (b.bytes as f64).ln() * part
}
