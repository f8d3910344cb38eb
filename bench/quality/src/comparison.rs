//! The run, in which all peers take turns.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use tempfile::TempDir;

use crate::arguments::Arguments;
use crate::environment::{Node, Python, folder};
use crate::peer::{Darkroom, Job, Peer};
use crate::photos::{self, Photo};
use crate::process::{Cores, Usage};
use crate::quality::{Image, Scores, webp};
use crate::report::{Measurement, Report, Subject, Timing};

/// Measures all peers.
///
/// Errors if an environment cannot be prepared, a photo cannot be decoded, or a peer fails.
pub fn compare(arguments: &Arguments) -> anyhow::Result<Report> {
    // An interrupted comparison leaves its files behind.
    let _ = fs::remove_dir_all(folder("work"));
    fs::create_dir_all(folder("work"))?;
    // Not in the system's folder of temporary files, which may be in memory.
    let work = tempfile::tempdir_in(folder("work"))?;
    let binary = arguments.darkroom.clone();
    let binary = binary.unwrap_or_else(|| photos::repository().join("target/release/darkroom"));
    let darkroom = Darkroom::new(&binary, work.path())?;
    let existing = existing_photos(arguments)?;
    let python = Python::provide()?;
    let photos = match existing {
        Some(photos) => photos,
        None => generate_photos(&python, work.path())?,
    };
    let (references, mut versions) = decode(&python, &photos, work.path())?;
    versions.insert(0, darkroom.version()?);
    versions.push(webp::version() + " alone");
    let mut left_out = Vec::new();
    let node = match Node::provide() {
        Ok(node) => Some(node),
        Err(error) => {
            left_out.push(format!("sharp is left out: {error}"));
            None
        }
    };
    if let Some(node) = &node {
        versions.push(node.version()?);
    }
    let run = Run {
        photos: &photos,
        references: &references,
        variants: tempfile::tempdir_in(work.path())?,
    };
    let peers = Peer::list(darkroom, &python, node);
    let times = run.measure(&peers, if arguments.short { 1 } else { arguments.runs })?;
    let peers = run.score(&peers, times)?;
    Report::new(run.subject()?, versions, left_out, peers)
}

/// Returns the photos to measure, or `None` if they are to be generated.
fn existing_photos(arguments: &Arguments) -> anyhow::Result<Option<Vec<Photo>>> {
    Ok(match (&arguments.photos, arguments.short) {
        (Some(folder), true) => Some(photos::smallest(&photos::list(folder)?, 2)),
        (Some(folder), false) => Some(photos::list(folder)?),
        (None, false) => Some(photos::list(&photos::default_folder())?),
        (None, true) => None,
    })
}

fn generate_photos(python: &Python, work: &Path) -> anyhow::Result<Vec<Photo>> {
    let generated = work.join("photos");
    fs::create_dir(&generated)?;
    python.script("generate.py").arg(&generated).output()?;
    photos::list(&generated)
}

/// Writes the upright sRGB source of each photo, and returns the files and the versions of the
/// libraries that Python uses.
fn decode(
    python: &Python,
    photos: &[Photo],
    work: &Path,
) -> anyhow::Result<(Vec<PathBuf>, Vec<String>)> {
    progress("decoding the photos");
    let folder = work.join("references");
    fs::create_dir(&folder)?;
    let script = python.script("reference.py").arg(&folder);
    let output = script
        .args(photos.iter().map(|photo| &photo.path))
        .output()?;
    let versions = serde_json::from_str(&output).context("unexpected output of reference.py")?;
    let references = (0..photos.len()).map(|index| folder.join(format!("{index}.ppm")));
    Ok((references.collect(), versions))
}

/// The usage of each peer: all runs of each choice of processors.
type Times = Vec<Vec<(Cores, Vec<Usage>)>>;

struct Run<'a> {
    photos: &'a [Photo],
    references: &'a [PathBuf],
    /// A folder per peer with the variants of its first run.
    variants: TempDir,
}

impl Run<'_> {
    /// Lets the peers take turns. Each run begins with another peer, so that a change of the machine's
    /// speed meets all of them.
    fn measure(&self, peers: &[Peer], runs: u32) -> anyhow::Result<Times> {
        let choices = match Cores::All.count()? {
            1 => &Cores::BOTH[..1],
            _ => &Cores::BOTH[..],
        };
        let none = choices.iter().map(|&cores| (cores, Vec::new()));
        let mut times: Times = vec![none.collect(); peers.len()];
        for run in 0..runs {
            for (choice, &cores) in choices.iter().enumerate() {
                for turn in 0..peers.len() {
                    let index = (turn + run as usize) % peers.len();
                    let usage = self.measure_once(index, &peers[index], cores)?;
                    times[index][choice].1.push(usage);
                    progress(&format!(
                        "run {} of {runs}, {} core(s): {} {:.2} s",
                        run + 1,
                        cores.count()?,
                        peers[index].name,
                        usage.elapsed_seconds
                    ));
                }
            }
        }
        Ok(times)
    }

    fn measure_once(&self, index: usize, peer: &Peer, cores: Cores) -> anyhow::Result<Usage> {
        let out = tempfile::tempdir_in(self.variants.path())?;
        let usage = peer.run(Job {
            photos: self.photos,
            references: self.references,
            out: out.path(),
            cores,
        });
        let usage = usage.with_context(|| format!("{} cannot do the job", peer.name))?;
        let first = self.folder(index);
        if !first.exists() {
            fs::rename(out.keep(), first)?;
        }
        Ok(usage)
    }

    fn folder(&self, peer: usize) -> PathBuf {
        self.variants.path().join(peer.to_string())
    }

    /// Compares the variants with their sources. Peers often write the same bytes, which are compared
    /// only once.
    fn score(&self, peers: &[Peer], times: Times) -> anyhow::Result<Vec<Measurement>> {
        progress("comparing the variants with their sources");
        let mut measurements: Vec<Measurement> = peers
            .iter()
            .zip(times)
            .map(|(peer, times)| {
                let times = times.into_iter();
                let times = times.map(|(cores, runs)| Timing::new(cores, runs));
                Measurement::new(peer.name, times.collect())
            })
            .collect();
        for (photo, reference) in self.photos.iter().zip(self.references) {
            let source = Image::read_ppm(reference)?;
            let mut scored: Vec<(Vec<u8>, Option<Scores>)> = Vec::new();
            for (index, measurement) in measurements.iter_mut().enumerate() {
                let folder = self.folder(index);
                check_thumbnail(&photo.thumbnail(&folder), &source)?;
                let file = fs::read(photo.original(&folder))?;
                let known = scored.iter().find(|(known, _)| *known == file);
                let scores = match known {
                    Some((_, scores)) => *scores,
                    None => Scores::new(&source, &webp::decode(&file)?)?,
                };
                measurement.add_original(file.len(), scores);
                if known.is_none() {
                    scored.push((file, scores));
                }
            }
        }
        Ok(measurements)
    }

    fn subject(&self) -> anyhow::Result<Subject> {
        let mut pixels = 0;
        for reference in self.references {
            let image = Image::read_ppm(reference)?;
            pixels += u64::from(image.width()) * u64::from(image.height());
        }
        Ok(Subject {
            photos: self.photos.len(),
            megapixels: pixels as f64 / 1e6,
            source_bytes: self.photos.iter().map(|photo| photo.bytes).sum(),
        })
    }
}

/// Errors if a thumbnail is missing, or is larger or smaller than the job requires.
fn check_thumbnail(path: &Path, source: &Image) -> anyhow::Result<()> {
    let file = fs::read(path).with_context(|| format!("{} is missing", path.display()))?;
    let Some((width, height)) = webp::size(&file) else {
        bail!("{} is not a WebP file", path.display());
    };
    let expected = source.width().max(source.height()).min(400);
    ensure!(
        width.max(height) == expected,
        "{} is {width} x {height}, not inside {expected} x {expected}",
        path.display()
    );
    Ok(())
}

fn progress(message: &str) {
    // Without a terminal or a file to write to, only the progress is lost.
    let _ = writeln!(io::stderr(), "{message}");
}
