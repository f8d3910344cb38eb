//! Workers and stores of simulated processes.

use std::sync::Arc;
use std::time::Duration;

use darkroom_uploads::{OutcomePublisher, UploadStore, UploadStoreParts};
use darkroom_worker::{StandInRenderer, Worker, WorkerParts, WorkerSettings};
use tokio_util::sync::CancellationToken;

use crate::faulty_bucket::FaultyBucket;
use crate::faulty_queue::FaultyQueue;
use crate::process::Process;
use crate::renderer::SimulatedRenderer;

const RENDER_PROCESSES: usize = 1;
/// The duration of a long poll. Runs last for hours of virtual time, so short polls would be slow.
const POLL_WAIT: Duration = Duration::from_secs(20);
/// The lifetime of an upload URL.
pub(crate) const URL_EXPIRY: Duration = Duration::from_secs(900);
/// The largest error of a clock, in either direction.
const MAX_SKEW_SECONDS: u64 = 300;

/// Returns the store as a process sees it. The process has its own clock, which may be wrong.
pub(crate) fn store(process: &Process) -> UploadStore {
    let world = &process.world;
    let skew = i64::try_from(world.draw(2 * MAX_SKEW_SECONDS)).unwrap_or_default();
    let bucket = |bucket| Arc::new(FaultyBucket::new(bucket, process.clone()));
    let queue = |name, queue| Arc::new(FaultyQueue::new(name, queue, process.clone()));
    UploadStore::new(UploadStoreParts {
        raw: bucket(world.raw.clone()),
        media: bucket(world.media.clone()),
        events: queue("events", world.events.clone()),
        outcomes: OutcomePublisher::Queue(queue("outcomes", world.outcomes.clone())),
        profiles: Arc::clone(&world.profiles),
        cache_control: "no-store".to_owned(),
        upload_expiry: URL_EXPIRY,
        clock: world.clock(skew - MAX_SKEW_SECONDS.cast_signed()),
    })
}

/// Runs a worker until it is stopped.
pub(crate) async fn run(process: Process, stop: CancellationToken) {
    let world = &process.world;
    let queue = |name, queue| Arc::new(FaultyQueue::new(name, queue, process.clone()));
    let parts = WorkerParts {
        store: store(&process),
        renderer: Arc::new(SimulatedRenderer {
            world: Arc::clone(world),
            stand_in: StandInRenderer::default(),
        }),
        events: queue("events", world.events.clone()),
        dead_letters: queue("dead letters", world.dead_letters.clone()),
    };
    let settings = WorkerSettings {
        look_ahead: world.look_ahead,
        poll_wait: POLL_WAIT,
        ..WorkerSettings::default()
    };
    match Worker::open(parts, &world.queues, &settings, RENDER_PROCESSES).await {
        Ok(worker) => worker.run(stop).await,
        Err(error) => process.trace(format_args!("does not start: {error}")),
    }
}
