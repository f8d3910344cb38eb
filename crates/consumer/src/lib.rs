//! A consumer of a message queue.
//!
//! [`Consumer::run`] long-polls a queue, works on as many messages as it has permits, keeps each
//! invisible to others with a heartbeat, and deletes in batches what its [`MessageHandler`] has
//! acknowledged. A failed message is retried with backoff; an unprocessable one goes to the dead-letter
//! queue with its reason. On shutdown it drains: it finishes what it has begun, within a grace
//! period, and releases the rest.
//!
//! The worker is this consumer with a processor of uploads; webhook delivery is this consumer with
//! an HTTP sender. The crate knows neither, and never deletes a message before its handler is done.
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
mod consumer;
mod dead_letter;
mod delivery;
mod handler;
mod heartbeat;
mod parts;
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
pub use handler::{Context, Disposition, MessageHandler};
pub use parts::ConsumerParts;
pub use redrive::max_receive_count;
pub use settings::ConsumerSettings;
pub use status::ConsumerStatus;
