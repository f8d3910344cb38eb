//! Files that are meant to break decoders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use darkroom_cloud::Queue;
use darkroom_contract::{Manifest, Outcome, RawKey};
use darkroom_harness::{ALL_FORMATS, ProcessStats, TestBed, TestBedOptions, Worker, new_key};
use darkroom_testkit::fixture::bomb::{inflating, oversized};
use darkroom_testkit::fixture::damage::mutated;
use darkroom_testkit::fixture::seeds;
use darkroom_testkit::wait;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::report::Report;
use crate::test_image::twenty_kinds;

/// The bound on visible events, so that a long run does not fill the queue.
const MAX_VISIBLE: u64 = 200;
const MAX_GROWTH_KIB: u64 = 16 << 10;

/// The size of a run.
#[derive(Debug, Clone)]
pub struct Size {
    /// The number of mutated files.
    pub files: u64,
    /// A folder of files to add to the mutated ones, such as `../shared/corpus/hostile`.
    pub corpus: Option<PathBuf>,
    /// The seed of the first mutation.
    pub seed: u64,
}

impl Size {
    /// Returns the full size. README.md lists its results.
    pub const fn full(corpus: Option<PathBuf>) -> Self {
        Self {
            files: 10_000,
            corpus,
            seed: 1,
        }
    }

    /// The size for `cargo test`.
    pub const SHORT: Self = Self {
        files: 80,
        corpus: None,
        seed: 1,
    };
}

/// Shows that no worker dies, every file gets an outcome, the memory of the workers stays flat, and
/// rendering stays fast.
///
/// # Errors
/// If the scenario cannot be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let settings = [("DARKROOM_PROFILES_AVATAR_FORMATS", ALL_FORMATS)];
    let options = TestBedOptions::default().with_settings(&settings);
    let bed = TestBed::start(program, &options).await?;
    let mut workers = bed.start_workers(2, &[]).await?;
    let start = Instant::now();
    let mut keys = Vec::new();
    let mut warm = None;
    let bases = bases()?;
    for number in 0..size.files {
        let base = &bases[usize::try_from(number)? % bases.len()];
        upload(&bed, &mut keys, mutated(base, size.seed + number)).await?;
        if number == size.files / 5 {
            warm = Some(memory(&workers)?);
        }
    }
    for file in extras(size.corpus.as_deref())? {
        upload(&bed, &mut keys, file).await?;
    }
    bed.wait_until_idle(Duration::from_secs(600)).await?;
    let grown = memory(&workers)?.saturating_sub(warm.unwrap_or_default());
    let mut report = Report::default();
    report.figure("mutated files", size.files);
    report.figure(
        "bombs and files of the corpus",
        keys.len() as u64 - size.files,
    );
    outcomes(&bed, &keys, &mut report).await?;
    let dead = bed.dead_letters.depth().await?;
    report.expect("dead letters", dead.visible + dead.in_flight, 0);
    let mut deaths = 0;
    for worker in &mut workers {
        deaths += usize::from(worker.wait_for_exit(Duration::ZERO).await.is_ok());
    }
    report.expect("deaths of workers", deaths, 0);
    report.at_most(
        "memory growth after the first fifth, KiB",
        grown,
        MAX_GROWTH_KIB,
    );
    let children: usize = workers
        .iter()
        .map(|worker| worker.log().matches("render process died").count())
        .sum();
    report.figure("deaths of render processes", children);
    report.figure("duration, seconds", start.elapsed().as_secs());
    Ok(report)
}

fn bases() -> anyhow::Result<Vec<Vec<u8>>> {
    let kinds = twenty_kinds()?
        .into_iter()
        .map(|image| image.bytes.to_vec());
    let small = kinds.filter(|bytes| (1..100_000).contains(&bytes.len()));
    Ok(seeds()
        .into_iter()
        .map(|(_, bytes)| bytes)
        .chain(small)
        .collect())
}

fn extras(corpus: Option<&Path>) -> anyhow::Result<Vec<Vec<u8>>> {
    let bombs = oversized().into_iter().chain(inflating());
    let mut files: Vec<Vec<u8>> = bombs.map(|bomb| bomb.bytes).collect();
    for entry in corpus
        .map(std::fs::read_dir)
        .transpose()?
        .into_iter()
        .flatten()
    {
        files.push(std::fs::read(entry?.path())?);
    }
    Ok(files)
}

async fn upload(bed: &TestBed, keys: &mut Vec<RawKey>, bytes: Vec<u8>) -> anyhow::Result<()> {
    if keys.len().is_multiple_of(50) {
        let room = async || {
            let visible = bed.events.depth().await.map(|depth| depth.visible);
            visible.is_ok_and(|visible| visible < MAX_VISIBLE)
        };
        wait::until_async("a shorter queue", Duration::from_secs(300), room).await?;
    }
    let key = new_key()?;
    bed.put_raw(&key, &bytes).await?;
    keys.push(key);
    Ok(())
}

fn memory(workers: &[Worker]) -> anyhow::Result<u64> {
    let each: anyhow::Result<Vec<u64>> = workers
        .iter()
        .map(|worker| Ok(ProcessStats::read(worker.pid())?.memory_kib))
        .collect();
    Ok(each?.into_iter().max().unwrap_or_default())
}

async fn outcomes(bed: &TestBed, keys: &[RawKey], report: &mut Report) -> anyhow::Result<()> {
    let found: Vec<Option<Manifest>> = stream::iter(keys)
        .map(|key| bed.manifest(key))
        .buffer_unordered(16)
        .try_collect()
        .await?;
    let missing = found.iter().filter(|manifest| manifest.is_none()).count();
    report.expect("files without an outcome", missing, 0);
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    let mut render_ms = Vec::new();
    for manifest in found.into_iter().flatten() {
        render_ms.push(manifest.render_ms);
        *codes.entry(code(&manifest.outcome)).or_default() += 1;
    }
    let failed = codes.get("failed").copied().unwrap_or_default();
    report.expect("failed outcomes", failed, 0);
    for (code, count) in &codes {
        report.figure(&format!("outcome {code}"), count);
    }
    render_ms.sort_unstable();
    let at = |share: usize| render_ms.get(render_ms.len() * share / 100).copied();
    report.figure("render p50, ms", at(50).unwrap_or_default());
    report.at_most("render p99, ms", at(99).unwrap_or_default(), 2000);
    report.figure(
        "slowest render, ms",
        render_ms.last().copied().unwrap_or_default(),
    );
    Ok(())
}

fn code(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Rejected { error } => error.code.name().to_owned(),
        other => other.name().to_owned(),
    }
}
