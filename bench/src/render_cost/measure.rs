//! Measurement of a render process.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use darkroom_contract::Profile;
use darkroom_harness::ProcessStats;
use darkroom_imaging::{Rejection, RejectionCode, Rendered};
use darkroom_render::{ChildLimits, Launch, RenderError, RenderPool, RenderSettings};

use super::bounds::Bounds;
use super::source::CostlySource;

/// The interval between two readings of the render process's stats.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(10);
/// The factor by which the deadline is extended for a measurement. An image that takes too long,
/// for example on a loaded machine, then still yields a figure.
const TIMEOUT_FACTOR: u32 = 10;

/// The cost of rendering one source in one profile.
#[derive(Debug, Clone)]
pub struct RenderCost {
    /// The number of bytes of the source.
    pub source_bytes: usize,
    /// The number of bytes of all variants, or the code of the rejection.
    pub outcome: Result<u64, RejectionCode>,
    /// The elapsed time.
    pub elapsed: Duration,
    /// The processor time of the render process.
    pub cpu: Duration,
    /// The peak of the render process's resident memory, in bytes.
    pub peak_memory: u64,
}

impl RenderCost {
    /// Returns what is not as it must be for `source` on a core that takes `slowness` times as long as
    /// this one: the outcome, or what exceeds its limit.
    pub fn violations(
        &self,
        source: &CostlySource,
        settings: &RenderSettings,
        profile: &Profile,
        slowness: u32,
    ) -> Vec<&'static str> {
        let refusals = &source.refusals;
        let is_unexpected = self.outcome.is_err_and(|code| !refusals.contains(&code));
        let limit = profile.max_output_bytes.as_u64();
        let is_bounded = source.unbounded.is_none();
        let is_late = self.cpu * slowness > settings.timeout;
        let checks = [
            (is_unexpected, "the outcome"),
            (is_bounded && is_late, "the deadline"),
            (
                self.peak_memory > settings.max_memory.as_u64(),
                "the memory",
            ),
            (self.outcome.is_ok_and(|bytes| bytes > limit), "the output"),
        ];
        let exceeded = checks.into_iter().filter(|(is_exceeded, _)| *is_exceeded);
        exceeded.map(|(_, limit)| limit).collect()
    }
}

/// Renders the largest file of a source in a new render process of `program`.
///
/// # Errors
/// If the process cannot be started or observed.
pub async fn measure(
    program: &Path,
    settings: &RenderSettings,
    profile: &Profile,
    (source, bounds): (&CostlySource, &Bounds),
) -> anyhow::Result<RenderCost> {
    let factor = match source.unbounded {
        Some(_) => 1,
        None => TIMEOUT_FACTOR,
    };
    let extended = RenderSettings {
        timeout: settings.timeout * factor,
        ..settings.clone()
    };
    let pool = RenderPool::new(launch(program, &extended), &extended);
    let mut recipe = profile.recipe(None);
    recipe.limits.formats.extend(source.unbounded);
    let source = &source.build(bounds);
    let mut stats: Option<ProcessStats> = None;
    let started = Instant::now();
    let mut render = std::pin::pin!(pool.render(source, &recipe));
    let rendered = loop {
        match tokio::time::timeout(SAMPLE_INTERVAL, &mut render).await {
            Ok(rendered) => break rendered,
            Err(_) => stats = render_process(program).or(stats),
        }
    };
    let elapsed = started.elapsed();
    // Unless the process died, it still exists, because it waits for the next image.
    let stats = render_process(program).or(stats);
    Ok(RenderCost {
        source_bytes: source.len(),
        outcome: outcome(RenderError::split_rejection(rendered)?),
        elapsed,
        cpu: stats.map(|stats| stats.cpu).unwrap_or_default(),
        peak_memory: stats.map_or(0, |stats| stats.peak_memory_kib << 10),
    })
}

fn outcome(rendered: Result<Rendered, Rejection>) -> Result<u64, RejectionCode> {
    let rendered = rendered.map_err(|rejection| rejection.code)?;
    let variants = rendered.variants.iter();
    Ok(variants.map(|variant| variant.bytes.len() as u64).sum())
}

fn launch(program: &Path, settings: &RenderSettings) -> Launch {
    let ChildLimits {
        max_memory,
        image_cpu_seconds,
        process_cpu_seconds,
    } = settings.child_limits();
    Launch {
        program: program.into(),
        arguments: vec![
            "render".into(),
            format!("--max-memory={max_memory}").into(),
            format!("--image-cpu-seconds={image_cpu_seconds}").into(),
            format!("--process-cpu-seconds={process_cpu_seconds}").into(),
        ],
    }
}

/// Returns the stats of the render process, which is a child of this process; `None` if there is
/// none.
fn render_process(program: &Path) -> Option<ProcessStats> {
    let own = std::process::id().to_string();
    let ids = fs::read_dir("/proc").ok()?.filter_map(|entry| {
        let name = entry.ok()?.file_name();
        name.to_str()?.parse::<u32>().ok()
    });
    let is_render_process = |id: &u32| {
        let read =
            |file: &str| fs::read_to_string(format!("/proc/{id}/{file}")).unwrap_or_default();
        let stat = read("stat");
        let parent = stat
            .rsplit_once(") ")
            .and_then(|(_, rest)| rest.split(' ').nth(1));
        let command = read("cmdline");
        parent == Some(&own)
            && command.split('\0').next() == program.to_str()
            && command.split('\0').nth(1) == Some("render")
    };
    ids.filter(is_render_process)
        .find_map(|id| ProcessStats::read(id).ok())
}
