//! Dispatchers of webhooks, and the receiver of the webhooks.

use std::sync::Arc;

use async_trait::async_trait;
use darkroom_contract::Manifest;
use darkroom_webhooks::{
    DeliveryError, OutcomeSender, WebhookDispatcher, WebhookDispatcherParts, WebhookSettings,
};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use crate::faulty_queue::FaultyQueue;
use crate::invariants;
use crate::process::Process;
use crate::worker::store;

/// A sender to a receiver that may fail before or after it has received an outcome.
#[derive(Debug)]
struct SimulatedSender(Process);

#[async_trait]
impl OutcomeSender for SimulatedSender {
    async fn send(&self, manifest: &Manifest, _now: OffsetDateTime) -> Result<(), DeliveryError> {
        let Self(process) = self;
        let effect = async {
            process.trace(format_args!("webhook {}", manifest.outcome_id()));
            invariants::check_delivered(&process.world, manifest);
            Ok(())
        };
        let sent = process.call("POST", false, effect).await;
        sent.map_err(|error| DeliveryError::Unreachable(error.to_string()))
    }
}

/// Runs a dispatcher until it is stopped.
pub(crate) async fn run(process: Process, stop: CancellationToken) {
    let world = &process.world;
    let queue = |name, queue| Arc::new(FaultyQueue::new(name, queue, process.clone()));
    let parts = WebhookDispatcherParts {
        events: queue("outcomes", world.outcomes.clone()),
        dead_letters: queue("undeliverable", world.undeliverable.clone()),
        store: store(&process),
        sender: Arc::new(SimulatedSender(process.clone())),
    };
    WebhookDispatcher::new(parts, &WebhookSettings::default())
        .run(stop)
        .await;
}
