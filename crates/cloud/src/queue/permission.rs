//! Tests of permissions for a queue that leave the queue as it is.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, QueueAttributeName,
    SendMessageBatchRequestEntry,
};

use super::SqsQueue;
use super::sqs::invalid;
use crate::{CloudError, CloudErrorKind};

/// A receipt that no message has.
const NO_RECEIPT: &str = "darkroom-doctor";
const ENTRY_ID: &str = "0";

/// An action on a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum QueueAction {
    /// Receiving messages.
    Receive,
    /// Deleting messages.
    Delete,
    /// Changing the visibility of messages.
    ChangeVisibility,
    /// Sending messages.
    Send,
    /// Reading the attributes of the queue.
    ReadAttributes,
}

impl QueueAction {
    /// Returns the action's name in policies, such as `sqs:ReceiveMessage`.
    pub const fn iam_action(self) -> &'static str {
        match self {
            Self::Receive => "sqs:ReceiveMessage",
            Self::Delete => "sqs:DeleteMessage",
            Self::ChangeVisibility => "sqs:ChangeMessageVisibility",
            Self::Send => "sqs:SendMessage",
            Self::ReadAttributes => "sqs:GetQueueAttributes",
        }
    }
}

impl SqsQueue {
    /// Checks that the credentials permit an action. Sends a request that SQS authorizes and then
    /// refuses as invalid, so no message is received, sent or deleted.
    ///
    /// # Errors
    /// `Forbidden` if the action is not permitted, or the error of a request that failed for
    /// another reason than its content.
    pub async fn check_permission(&self, action: QueueAction) -> Result<(), CloudError> {
        let sent = match action {
            QueueAction::Receive => self.receive_nothing().await,
            QueueAction::Delete => self.delete_nothing().await,
            QueueAction::ChangeVisibility => self.change_nothing().await,
            QueueAction::Send => self.send_nothing().await,
            QueueAction::ReadAttributes => self.attributes().await.map(drop),
        };
        match sent {
            Err(error) if error.kind == CloudErrorKind::Invalid => Ok(()),
            sent => sent,
        }
    }

    /// Returns all attributes of the queue by name.
    ///
    /// # Errors
    /// The error of the request to SQS.
    pub async fn attributes(&self) -> Result<BTreeMap<String, String>, CloudError> {
        let request = self.client.get_queue_attributes().queue_url(&self.url);
        let request = request.attribute_names(QueueAttributeName::All);
        let output = request.send().await;
        let output = output.map_err(CloudError::from_sdk("GetQueueAttributes"))?;
        let attributes = output.attributes.unwrap_or_default().into_iter();
        Ok(attributes
            .map(|(name, value)| (name.as_str().to_owned(), value))
            .collect())
    }

    async fn receive_nothing(&self) -> Result<(), CloudError> {
        let request = self.client.receive_message().queue_url(&self.url);
        let request = request.max_number_of_messages(0);
        // A service that accepts the number 0 must not poll, nor make a message invisible.
        let request = request.wait_time_seconds(0).visibility_timeout(0);
        let received = request.send().await;
        received
            .map(drop)
            .map_err(CloudError::from_sdk("ReceiveMessage"))
    }

    async fn delete_nothing(&self) -> Result<(), CloudError> {
        const OPERATION: &str = "DeleteMessageBatch";
        let entry = DeleteMessageBatchRequestEntry::builder().id(ENTRY_ID);
        let entry = entry.receipt_handle(NO_RECEIPT).build();
        let entry = entry.map_err(invalid(OPERATION))?;
        let request = self.client.delete_message_batch().queue_url(&self.url);
        let deleted = request.entries(entry).send().await;
        deleted.map(drop).map_err(CloudError::from_sdk(OPERATION))
    }

    async fn change_nothing(&self) -> Result<(), CloudError> {
        const OPERATION: &str = "ChangeMessageVisibilityBatch";
        let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(ENTRY_ID);
        let entry = entry.receipt_handle(NO_RECEIPT).visibility_timeout(0);
        let entry = entry.build().map_err(invalid(OPERATION))?;
        let request = self.client.change_message_visibility_batch();
        let request = request.queue_url(&self.url).entries(entry);
        let changed = request.send().await;
        changed.map(drop).map_err(CloudError::from_sdk(OPERATION))
    }

    async fn send_nothing(&self) -> Result<(), CloudError> {
        const OPERATION: &str = "SendMessageBatch";
        let entry = SendMessageBatchRequestEntry::builder().id(ENTRY_ID);
        let entry = entry.message_body("").build();
        let entry = entry.map_err(invalid(OPERATION))?;
        let request = self.client.send_message_batch().queue_url(&self.url);
        let sent = request.entries(entry).send().await;
        sent.map(drop).map_err(CloudError::from_sdk(OPERATION))
    }
}
