//! The context from which commands build the issuer, the worker and other parts.

use std::sync::Arc;

use anyhow::Context;
use darkroom_cloud::{Connection, SqsQueue};
use darkroom_consumer::DepthMonitor;
use darkroom_contract::Clock;
use darkroom_issuer::{Authenticator, Canary, CanaryParts, Issuer, IssuerParts};
use darkroom_render::RenderPool;
use darkroom_uploads::{OutcomePublisher, UploadStore, UploadStoreParts, VariantUrls};
use darkroom_webhooks::{WebhookClient, WebhookDispatcher, WebhookDispatcherParts, WebhookSender};
use darkroom_worker::{Backfill, DeadLetters, Worker, WorkerParts};
use tokio_util::sync::CancellationToken;

use crate::renderer;
use crate::settings::Settings;

/// The connection, the settings and the render pool that all roles of a process share.
pub(crate) struct AppContext {
    pub(crate) connection: Connection,
    pub(crate) settings: Settings,
    pub(crate) pool: Arc<RenderPool>,
    /// The store that all roles of the process share, so that an issuer learns at once of the
    /// outcomes of a worker.
    store: UploadStore,
}

impl AppContext {
    /// Creates a context with a new render pool.
    pub(crate) fn new(connection: Connection, settings: Settings) -> anyhow::Result<Self> {
        Ok(Self {
            pool: Arc::new(renderer::pool(&settings.render)?),
            store: store(&connection, &settings),
            connection,
            settings,
        })
    }

    /// Returns the HTTP service.
    pub(crate) fn issuer(&self) -> anyhow::Result<Issuer> {
        let raw_bucket = &self.settings.storage.raw_bucket;
        Ok(Issuer::new(IssuerParts {
            store: self.store(),
            presigner: self.connection.upload_presigner(raw_bucket),
            variant_urls: self.variant_urls(),
            profiles: Arc::new(self.settings.profiles.clone()),
            auth: Arc::new(Authenticator::new(&self.settings.auth)?),
            signing_secrets: self.settings.webhooks.signing_secrets()?.map(Arc::new),
            pool: Arc::clone(&self.pool),
            settings: self.settings.issuer.clone(),
            limits: self.settings.limits.clone(),
        }))
    }

    /// Returns the store of uploads.
    pub(crate) fn store(&self) -> UploadStore {
        self.store.clone()
    }

    /// Sends canaries until `stop` is cancelled. Returns at once if `canary.interval` is 0.
    pub(crate) async fn send_canaries(&self, stop: CancellationToken) -> anyhow::Result<()> {
        let Settings {
            storage,
            issuer,
            canary,
            profiles,
            ..
        } = &self.settings;
        let parts = CanaryParts {
            store: self.store(),
            presigner: self.connection.upload_presigner(&storage.raw_bucket),
            complete_uploads: issuer.complete_uploads,
        };
        if let Some(canary) = Canary::new(parts, canary, profiles)? {
            canary.run(stop).await;
        }
        Ok(())
    }

    /// Returns the URLs of variants and of review copies.
    pub(crate) fn variant_urls(&self) -> VariantUrls {
        let storage = &self.settings.storage;
        VariantUrls::new(
            self.connection.bucket(&storage.media_bucket),
            self.connection.bucket(&storage.raw_bucket),
            Arc::new(self.settings.profiles.clone()),
            storage,
            self.settings.issuer.link_expiry,
        )
    }

    /// Returns a worker that consumes the event queue.
    pub(crate) async fn worker(&self) -> anyhow::Result<Worker> {
        let Settings {
            queues,
            worker,
            render,
            webhooks,
            ..
        } = &self.settings;
        if webhooks.url.is_some() {
            // This lookup makes a missing queue an error at startup instead of at the first
            // outcome.
            self.queue(&queues.webhooks).await?;
        }
        let parts = WorkerParts {
            store: self.store(),
            renderer: Arc::<RenderPool>::clone(&self.pool),
            events: self.queue(&queues.events).await?,
            dead_letters: self.queue(&queues.dead_letters).await?,
        };
        let worker = Worker::open(parts, queues, worker, render.process_count());
        worker
            .await
            .with_context(|| format!("queue {}", queues.events))
    }

    /// Reports the depths of the event queue and of its dead-letter queue until `stop` is cancelled.
    pub(crate) async fn monitor_events(&self, stop: CancellationToken) {
        let queues = &self.settings.queues;
        self.monitor("events", &queues.events, &queues.dead_letters, stop)
            .await;
    }

    async fn monitor(
        &self,
        name: &'static str,
        queue: &str,
        dead_letters: &str,
        stop: CancellationToken,
    ) {
        let queue = Arc::new(self.connection.lazy_queue(queue));
        let dead_letters = Arc::new(self.connection.lazy_queue(dead_letters));
        DepthMonitor::new(name, queue, dead_letters).run(stop).await;
    }

    /// Delivers webhooks until `stop` is cancelled, and reports the depths of their queues. Returns at once if `webhooks.url` is not set.
    pub(crate) async fn deliver_webhooks(&self, stop: CancellationToken) -> anyhow::Result<()> {
        let Settings {
            webhooks, queues, ..
        } = &self.settings;
        let Some(client) = WebhookClient::new(webhooks)? else {
            return Ok(());
        };
        let parts = WebhookDispatcherParts {
            events: self.queue(&queues.webhooks).await?,
            dead_letters: self.queue(&queues.webhooks_dead_letters).await?,
            store: self.store(),
            sender: Arc::new(WebhookSender::new(client, self.variant_urls())),
        };
        let (queue, dead_letters) = (&queues.webhooks, &queues.webhooks_dead_letters);
        tokio::join!(
            WebhookDispatcher::new(parts, webhooks).run(stop.clone()),
            self.monitor("webhooks", queue, dead_letters, stop),
        );
        Ok(())
    }

    /// Returns a backfill that covers all profiles.
    pub(crate) fn backfill(&self) -> Backfill<'_> {
        Backfill {
            store: self.store(),
            profile: None,
            force: false,
            dry_run: false,
            after: None,
            max_waiting: None,
        }
    }

    /// Returns the dead letters of the event queue.
    pub(crate) async fn dead_letters(&self) -> anyhow::Result<DeadLetters> {
        let queues = &self.settings.queues;
        Ok(DeadLetters {
            dead_letters: self.queue(&queues.dead_letters).await?,
            events: self.queue(&queues.events).await?,
            store: self.store(),
        })
    }

    async fn queue(&self, name: &str) -> anyhow::Result<Arc<SqsQueue>> {
        let queue = self.connection.queue(name).await;
        let queue = queue.with_context(|| {
            let sqs = self.connection.sqs_url();
            format!(
                "cannot open queue {name} of SQS at {sqs} (run `darkroom provision` if the queue \
                 does not exist)"
            )
        })?;
        Ok(Arc::new(queue))
    }
}

/// Creates the store of uploads. The store looks up its queues on first use.
fn store(connection: &Connection, settings: &Settings) -> UploadStore {
    let Settings {
        storage,
        queues,
        issuer,
        ..
    } = settings;
    let outcomes = match settings.webhooks.url {
        None => OutcomePublisher::Disabled,
        Some(_) => OutcomePublisher::Queue(Arc::new(connection.lazy_queue(&queues.webhooks))),
    };
    UploadStore::new(UploadStoreParts {
        raw: Arc::new(connection.bucket(&storage.raw_bucket)),
        media: Arc::new(connection.bucket(&storage.media_bucket)),
        events: Arc::new(connection.lazy_queue(&queues.events)),
        outcomes,
        profiles: Arc::new(settings.profiles.clone()),
        cache_control: storage.cache_control.clone(),
        upload_expiry: issuer.upload_expiry,
        clock: Clock::system(),
    })
}
