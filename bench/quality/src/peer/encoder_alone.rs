//! An encoder alone: its time without reading, decoding, resizing and writing.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::Context;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use super::Job;
use crate::encoder::{EncoderChoice, Yuv};
use crate::process::{Invocation, Usage};
use crate::quality::{Image, webp};

/// The number of decoded photos in memory at a time.
const BATCH: usize = 16;

/// Does the job in a process of its own, which reports its own times.
pub(super) fn run(encoder: EncoderChoice, job: Job<'_>) -> anyhow::Result<Usage> {
    let folder = tempfile::tempdir()?;
    let (encoder, workers) = (encoder.to_string(), job.cores.count()?.to_string());
    let (output, _) = Invocation::new(env::current_exe()?)
        .args([
            "encode",
            "--encoder",
            &encoder,
            "--workers",
            &workers,
            "--out",
        ])
        .arg(folder.path())
        .args(job.references)
        .measure(job.cores)?;
    for (index, photo) in job.photos.iter().enumerate() {
        fs::copy(
            folder.path().join(format!("{index}.webp")),
            photo.original(job.out),
        )?;
        let thumbnail = folder.path().join(format!("{index}_thumb.webp"));
        fs::copy(thumbnail, photo.thumbnail(job.out))?;
    }
    Ok(serde_json::from_str(&output)?)
}

/// Encodes decoded photos, and returns the time that the encoder takes. For libwebp, this includes the import of
/// RGB. `vp8-keyframe` gets planes, because Darkroom has planes without a conversion.
///
/// Errors if a photo cannot be read or encoded, or a variant cannot be written.
pub fn encode_alone(
    encoder: EncoderChoice,
    workers: usize,
    references: &[PathBuf],
    out: &Path,
) -> anyhow::Result<Usage> {
    let mut total = Usage {
        elapsed_seconds: 0.0,
        cpu_seconds: 0.0,
        memory: None,
    };
    for (number, batch) in references.chunks(BATCH).enumerate() {
        let images = batch.iter().map(|path| Image::read_ppm(path));
        let images = images.collect::<anyhow::Result<Vec<_>>>()?;
        let sources = images
            .into_iter()
            .flat_map(|image| [(image.thumbnail(400), 80), (image, 85)])
            .map(|(image, quality)| Source::new(image, quality, encoder));
        let sources = sources.collect::<anyhow::Result<Vec<_>>>()?;
        let (start, cpu_before) = (Instant::now(), cpu_seconds()?);
        let files = encode_all(&sources, workers)?;
        total.elapsed_seconds += start.elapsed().as_secs_f64();
        total.cpu_seconds += cpu_seconds()? - cpu_before;
        for (index, pair) in files.chunks(2).enumerate() {
            let name = number * BATCH + index;
            fs::write(out.join(format!("{name}_thumb.webp")), &pair[0])?;
            fs::write(out.join(format!("{name}.webp")), &pair[1])?;
        }
    }
    Ok(total)
}

/// The input of an encoder.
enum Source {
    Planes(Yuv, u8, EncoderChoice),
    Rgb(Image, u8, u8),
}

impl Source {
    fn new(image: Image, quality: u8, encoder: EncoderChoice) -> anyhow::Result<Self> {
        Ok(match encoder {
            EncoderChoice::Libwebp(method) => Self::Rgb(image, quality, method),
            EncoderChoice::Vp8(_) => Self::Planes(Yuv::from_image(&image)?, quality, encoder),
        })
    }

    fn encode(&self) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::Planes(yuv, quality, encoder) => encoder.encode(yuv, *quality),
            Self::Rgb(image, quality, method) => webp::encode(image, *quality, *method),
        }
    }
}

/// Encodes images, several at once, and returns the files in the same order.
fn encode_all(sources: &[Source], workers: usize) -> anyhow::Result<Vec<Vec<u8>>> {
    let next = AtomicUsize::new(0);
    let encode_some = || -> anyhow::Result<Vec<(usize, Vec<u8>)>> {
        let mut files = Vec::new();
        while let Some((index, source)) = take(sources, &next) {
            files.push((index, source.encode()?));
        }
        Ok(files)
    };
    let mut files = thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(encode_some)).collect();
        let mut files = encode_some()?;
        for other in others {
            let result = other.join();
            files.extend(result.map_err(|_| anyhow::anyhow!("a thread panicked"))??);
        }
        anyhow::Ok(files)
    })?;
    files.sort_by_key(|(index, _)| *index);
    Ok(files.into_iter().map(|(_, file)| file).collect())
}

fn take<'a, T>(items: &'a [T], next: &AtomicUsize) -> Option<(usize, &'a T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    items.get(index).map(|item| (index, item))
}

/// Returns the processor time of this process so far.
fn cpu_seconds() -> anyhow::Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF).context("no usage")?;
    let time = usage.user_time() + usage.system_time();
    Ok(time.num_microseconds() as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_the_order_of_their_sources_for_any_number_of_workers() {
        for encoder in [EncoderChoice::Libwebp(2), EncoderChoice::Vp8(2)] {
            let sources: Vec<Source> = (1..=6)
                .map(|side| Image::new(side, 1, vec![128; side as usize * 3]))
                .map(|image| Source::new(image, 85, encoder).unwrap())
                .collect();
            for workers in [1, 4] {
                let files = encode_all(&sources, workers).unwrap();
                let widths = files.iter().map(|file| webp::decode(file).unwrap().width());
                assert_eq!(widths.collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
            }
        }
    }
}
