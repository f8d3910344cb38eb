//! The worker: a consumer of upload events with a processor.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{Backoff, CloudError, Queue};
use darkroom_consumer::{Consumer, ConsumerParts, ConsumerSettings, max_receive_count};
use darkroom_contract::QueueSettings;
use darkroom_uploads::UploadStore;
use tokio_util::sync::CancellationToken;

use crate::health::Health;
use crate::owner_budget::Capacity;
use crate::processor::Processor;
use crate::renderer::Renderer;
use crate::report::start_metrics;
use crate::settings::WorkerSettings;
use crate::store_health::StoreHealth;

/// The longest delay before a message is delivered again after a failed attempt.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(15 * 60);
const RETRY_FACTOR: u32 = 4;
/// The name of the queue in logs and metrics.
const QUEUE: &str = "events";

/// The parts of a [`Worker`].
#[derive(Debug)]
pub struct WorkerParts {
    /// The store of uploads.
    pub store: UploadStore,
    /// The renderer.
    pub renderer: Arc<dyn Renderer>,
    /// The queue of upload events.
    pub events: Arc<dyn Queue>,
    /// The dead-letter queue of upload events.
    pub dead_letters: Arc<dyn Queue>,
}

/// A worker that has not started yet.
#[derive(Debug)]
pub struct Worker {
    consumer: Consumer<Processor>,
    store_health: StoreHealth,
    /// The name of the queue of upload events.
    queue: Arc<str>,
    renderer: Arc<dyn Renderer>,
}

impl Worker {
    /// Creates a worker whose renderer has `render_processes` render processes.
    ///
    /// Reads the redrive policy of the queue, which takes precedence over the settings.
    ///
    /// # Errors
    /// The error of the call that reads the policy. If the call is forbidden, the settings are used
    /// instead.
    pub async fn open(
        parts: WorkerParts,
        queues: &QueueSettings,
        settings: &WorkerSettings,
        render_processes: usize,
    ) -> Result<Self, CloudError> {
        let WorkerParts {
            store,
            renderer,
            events,
            dead_letters,
        } = parts;
        let capacity = Capacity {
            permits: settings.permits(render_processes),
            // A FIFO queue cannot delay a single message, so no message can be deferred.
            look_ahead: if queues.is_fifo() {
                0
            } else {
                settings.look_ahead
            },
            render_processes,
        };
        let consumer_settings = ConsumerSettings {
            permits: capacity.permits,
            look_ahead: capacity.look_ahead,
            poll_wait: settings.poll_wait.min(settings.drain_grace),
            // This is at least `poll_wait`, so a poll ends by itself and is not abandoned. A
            // message received by an abandoned poll would have to wait for its visibility timeout.
            poll_grace: settings.drain_grace,
            visibility_timeout: queues.visibility_timeout,
            max_receive_count: max_receive_count(&*events, queues).await?,
            retry: Backoff::new(settings.retry_after, RETRY_FACTOR, MAX_RETRY_DELAY),
            delayed_copies: !queues.is_fifo(),
            drain_grace: settings.drain_grace,
        };
        start_metrics(&store, QUEUE);
        let consumer_parts = ConsumerParts {
            name: QUEUE,
            queue: events,
            dead_letters,
            clock: store.clock().clone(),
        };
        let processor = Processor::new(store, Arc::clone(&renderer), settings, capacity);
        Ok(Self {
            renderer,
            queue: queues.events.as_str().into(),
            store_health: processor.store_health().clone(),
            consumer: Consumer::new(consumer_parts, Arc::new(processor), consumer_settings),
        })
    }

    /// Returns a handle for reading the worker's health while it runs.
    pub fn health(&self) -> Health {
        Health::new(
            self.store_health.clone(),
            self.consumer.status(),
            Arc::clone(&self.queue),
            Arc::clone(&self.renderer),
        )
    }

    /// Runs until `stop` is cancelled, then drains. See
    /// [`Consumer::run`](darkroom_consumer::Consumer::run).
    pub async fn run(self, stop: CancellationToken) {
        tokio::select! {
            biased;
            () = self.consumer.run(stop) => {}
            () = self.store_health.probe_loop() => {}
        }
    }
}
