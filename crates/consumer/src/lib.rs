//! A consumer of a message queue.
//!
//! [`Consumer::run`] long-polls a queue and processes as many messages at once as it has permits. A
//! heartbeat keeps each message invisible to others. Messages that the [`MessageHandler`] has
//! acknowledged are deleted in batches. A failed message is retried with backoff. An unprocessable
//! message goes to the dead-letter queue with a reason. On shutdown the consumer drains: it
//! finishes the messages in progress within a grace period, and releases the rest.
//!
//! The worker is this consumer with a processor of uploads. Webhook delivery is this consumer with
//! an HTTP sender. This crate depends on neither, and never deletes a message before its handler is
//! done.
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use async_trait::async_trait;
//! use darkroom_cloud::{Message, MemoryQueue, Queue};
//! use darkroom_consumer::{
//!     Consumer, ConsumerParts, ConsumerSettings, Context, Disposition, MessageHandler,
//! };
//! use darkroom_contract::Clock;
//! use tokio_util::sync::CancellationToken;
//!
//! #[derive(Debug)]
//! struct StopAtFirst(CancellationToken);
//!
//! #[async_trait]
//! impl MessageHandler for StopAtFirst {
//!     async fn handle(&self, _message: &Message, _context: &Context) -> Disposition {
//!         self.0.cancel();
//!         Disposition::Ack
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
//! let queue = MemoryQueue::new(Clock::system());
//! queue.send(&["work".to_owned()]).await?;
//! let stop = CancellationToken::new();
//! let parts = ConsumerParts {
//!     name: "example",
//!     queue: Arc::new(queue.clone()),
//!     dead_letters: Arc::new(MemoryQueue::new(Clock::system())),
//!     clock: Clock::system(),
//! };
//! let handler = Arc::new(StopAtFirst(stop.clone()));
//! let settings = ConsumerSettings {
//!     poll_grace: Duration::ZERO,
//!     ..ConsumerSettings::default()
//! };
//! Consumer::new(parts, handler, settings).run(stop).await;
//! assert!(queue.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs)]

mod acknowledger;
mod attempt;
mod batch;
mod consumer;
mod dead_letter;
mod deferrals;
mod delivery;
mod depth_monitor;
mod handler;
mod heartbeat;
mod parts;
mod permits;
#[cfg(feature = "planted-bugs")]
pub mod planted;
mod redrive;
mod settings;
mod status;

#[cfg(test)]
mod testing;

pub use attempt::DeliveryAttempt;
pub use consumer::Consumer;
pub use dead_letter::DeadLetterReason;
pub use depth_monitor::DepthMonitor;
pub use handler::{Context, Disposition, MessageHandler};
pub use parts::ConsumerParts;
pub use redrive::max_receive_count;
pub use settings::ConsumerSettings;
pub use status::ConsumerStatus;
