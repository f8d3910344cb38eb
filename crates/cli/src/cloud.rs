//! What issuer, worker and tools are built of.

use std::sync::Arc;

use anyhow::Context;
use darkroom_cloud::{Connection, SqsQueue};
use darkroom_contract::SettingError;
use darkroom_issuer::{Authenticator, Endpoint, Issuer, IssuerParts};
use darkroom_render::RenderPool;
use darkroom_worker::{Backfill, DeadLetters, Outbox, Studio, Worker};
use tokio_util::sync::CancellationToken;

use crate::outcome::UsageError;
use crate::renderer;
use crate::settings::Settings;

/// A connection and what is shared by the roles of one process.
pub(crate) struct Parts {
    pub(crate) connection: Connection,
    pub(crate) settings: Settings,
    pub(crate) pool: Arc<RenderPool>,
}

impl Parts {
    pub(crate) fn new(connection: Connection, settings: Settings) -> anyhow::Result<Self> {
        Ok(Self {
            pool: Arc::new(renderer::pool(&settings.render)?),
            connection,
            settings,
        })
    }

    pub(crate) fn issuer(&self) -> anyhow::Result<Issuer> {
        let storage = &self.settings.storage;
        let auth = Authenticator::new(&self.settings.auth);
        let auth = auth.map_err(|error| UsageError(error.to_string()))?;
        Ok(Issuer::new(IssuerParts {
            signer: self.connection.upload_presigner(&storage.raw_bucket),
            raw: self.connection.bucket(&storage.raw_bucket),
            media: self.connection.bucket(&storage.media_bucket),
            events: self.connection.lazy_queue(&self.settings.queues.events),
            profiles: Arc::new(self.settings.profiles.clone()),
            pool: Arc::clone(&self.pool),
            storage: storage.clone(),
            auth: Arc::new(auth),
            settings: self.settings.issuer.clone(),
            limits: self.settings.limits.clone(),
        }))
    }

    pub(crate) async fn worker(&self) -> anyhow::Result<Worker> {
        let Settings {
            storage,
            queues,
            worker,
            render,
            ..
        } = &self.settings;
        let studio = Studio {
            raw: self.connection.bucket(&storage.raw_bucket),
            media: self.connection.bucket(&storage.media_bucket),
            profiles: Arc::new(self.settings.profiles.clone()),
            pool: Arc::clone(&self.pool),
            cache_control: storage.cache_control.clone(),
            outbox: self.outbox().await?,
        };
        let places = worker.places(render.process_count());
        let events = self.queue(&queues.events).await?;
        let dead_letters = self.queue(&queues.dead_letters).await?;
        let worker = Worker::open(studio, events, dead_letters, queues, worker.clone(), places);
        worker
            .await
            .with_context(|| format!("queue {}", queues.events))
    }

    async fn outbox(&self) -> anyhow::Result<Outbox> {
        match self.settings.webhooks.url {
            None => Ok(Outbox::Nobody),
            Some(_) => Ok(Outbox::Queue(
                self.queue(&self.settings.queues.webhooks).await?,
            )),
        }
    }

    /// Delivers notices of outcomes beside that service until it stops; nothing, where nobody is
    /// to be told.
    pub(crate) async fn deliver(
        &self,
        issuer: &Issuer,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        let Settings {
            webhooks, queues, ..
        } = &self.settings;
        let endpoint =
            Endpoint::new(webhooks).map_err(|error| SettingError::new(error.key, error.message))?;
        let Some(endpoint) = endpoint else {
            return Ok(());
        };
        let notices = self.queue(&queues.webhooks).await?;
        let dead_letters = self.queue(&queues.webhooks_dead_letters).await?;
        let courier = issuer.courier(endpoint, notices, dead_letters, webhooks.clone());
        courier.run(stop).await;
        Ok(())
    }

    /// What enqueues every raw object without a current outcome.
    pub(crate) async fn backfill(&self) -> anyhow::Result<Backfill<'_>> {
        let storage = &self.settings.storage;
        Ok(Backfill {
            raw: self.connection.bucket(&storage.raw_bucket),
            media: self.connection.bucket(&storage.media_bucket),
            profiles: &self.settings.profiles,
            events: self.queue(&self.settings.queues.events).await?,
            profile: None,
            force: false,
            dry_run: false,
        })
    }

    /// What could not be worked on.
    pub(crate) async fn dead_letters(&self) -> anyhow::Result<DeadLetters<'_>> {
        let Settings {
            storage, queues, ..
        } = &self.settings;
        Ok(DeadLetters {
            dead_letters: self.queue(&queues.dead_letters).await?,
            events: self.queue(&queues.events).await?,
            raw: self.connection.bucket(&storage.raw_bucket),
            media: self.connection.bucket(&storage.media_bucket),
            profiles: &self.settings.profiles,
        })
    }

    pub(crate) async fn queue(&self, name: &str) -> anyhow::Result<SqsQueue> {
        self.connection
            .queue(name)
            .await
            .with_context(|| format!("queue {name} (does `darkroom provision` come first?)"))
    }
}
