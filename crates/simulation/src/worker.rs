//! Workers and stores of simulated processes.

use std::sync::Arc;
use std::time::Duration;

use darkroom_uploads::{OutcomePublisher, UploadStore, UploadStoreParts};
use darkroom_worker::{StandInRenderer, Worker, WorkerParts, WorkerSettings};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::faulty_bucket::FaultyBucket;
use crate::faulty_queue::FaultyQueue;
use crate::process::Process;
use crate::renderer::SimulatedRenderer;
use crate::world::World;

const RENDER_PROCESSES: usize = 1;
/// The longest life of a worker before it is stopped and started again.
const MAX_LIFETIME: Duration = Duration::from_secs(1800);
const MAX_RESTART_TIME: Duration = Duration::from_secs(30);
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
        upload_expiry: Duration::from_secs(900),
        clock: world.clock(skew - MAX_SKEW_SECONDS.cast_signed()),
    })
}

/// Runs one worker after another. Each runs until it crashes or is stopped.
pub(crate) async fn supervise(world: Arc<World>, name: String) {
    for generation in 0.. {
        let process = Process::new(&world, &format!("{name}.{generation}"));
        let stop = CancellationToken::new();
        let lifetime = world.draw_duration(MAX_LIFETIME);
        let stopped = async {
            sleep(lifetime).await;
            if world.state().has_faults {
                stop.cancel();
            }
            std::future::pending::<()>().await;
        };
        // A crashed worker is not cancelled. Its calls never return, so it has no further effect.
        let task = tokio::spawn(run(process.clone(), stop.clone()));
        tokio::select! {
            biased;
            () = process.crashed() => {}
            _ = task => process.trace(format_args!("stopped")),
            () = stopped => {}
        }
        sleep(world.draw_duration(MAX_RESTART_TIME)).await;
    }
}

async fn run(process: Process, stop: CancellationToken) {
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
        ..WorkerSettings::default()
    };
    match Worker::open(parts, &world.queues, &settings, RENDER_PROCESSES).await {
        Ok(worker) => worker.run(stop).await,
        Err(error) => process.trace(format_args!("does not start: {error}")),
    }
}
