//! All queues, and the rules that involve two queues.

use std::collections::BTreeMap;
use std::time::Duration;

use super::attributes::QueueAttributes;
use super::error::SqsError;
use super::queue::{Queue, ReceivedMessage};

/// The queues by name.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) queues: BTreeMap<String, Queue>,
}

/// The parameters of a receive.
#[derive(Debug)]
pub(crate) struct ReceiveOptions {
    pub(crate) max: usize,
    /// The visibility timeout, or `None` for the queue's own.
    pub(crate) visibility: Option<Duration>,
    /// The duration of the long poll, or `None` for the queue's own.
    pub(crate) wait: Option<Duration>,
}

impl State {
    /// Returns a queue by name.
    pub(crate) fn queue(&mut self, name: &str) -> Result<&mut Queue, SqsError> {
        self.queues.get_mut(name).ok_or(SqsError::QueueDoesNotExist)
    }

    /// Checks the redrive policy in `attributes`, the attributes of the source queue `arn`. The
    /// dead-letter queue must exist, must be of the same type (FIFO or standard) as the source
    /// queue, and must accept dead letters from the source queue.
    pub(crate) fn check_redrive(
        &self,
        arn: &str,
        is_fifo: bool,
        attributes: &QueueAttributes,
    ) -> Result<(), SqsError> {
        let Some(redrive) = attributes.redrive() else {
            return Ok(());
        };
        let mut queues = self.queues.values();
        match queues.find(|queue| queue.arn == redrive.target_arn) {
            None => Err(SqsError::invalid(
                "RedrivePolicy",
                "Dead letter target does not exist.",
            )),
            Some(target) if target.is_fifo() != is_fifo => Err(SqsError::invalid(
                "RedrivePolicy",
                "Dead-letter queue must be same type of queue as the source.",
            )),
            Some(target) if !target.attributes.redrive_allow().permits(arn) => {
                Err(SqsError::invalid(
                    "RedrivePolicy",
                    "The dead-letter queue's redrive allow policy does not permit this queue.",
                ))
            }
            Some(_) => Ok(()),
        }
    }

    /// Receives from a queue, and moves its dead letters to its dead-letter queue.
    pub(crate) fn receive(
        &mut self,
        name: &str,
        options: &ReceiveOptions,
        now_ms: u64,
    ) -> Result<Vec<ReceivedMessage>, SqsError> {
        let queue = self.queue(name)?;
        let visibility = options
            .visibility
            .unwrap_or_else(|| queue.attributes.visibility());
        let redrive = queue.attributes.redrive().cloned();
        let max_receive_count = redrive.as_ref().map(|redrive| redrive.max_receive_count);
        let received = queue.receive(options.max, visibility, max_receive_count, now_ms);
        // The dead-letter queue exists, because a policy can only name an existing queue, and
        // queues are never deleted.
        if let Some(redrive) = redrive
            && let Some(target) = self.by_arn(&redrive.target_arn)
        {
            let is_fifo = target.is_fifo();
            for dead_letter in received.dead_letters {
                target.push(dead_letter.into_dead_letter(is_fifo, now_ms));
            }
        }
        Ok(received.messages)
    }

    fn by_arn(&mut self, arn: &str) -> Option<&mut Queue> {
        self.queues.values_mut().find(|queue| queue.arn == arn)
    }
}
