//! The dispatch of requests by action.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::actions::{batches, messages, queues};
use super::error::SqsError;
use super::queues::Queues;

/// The SQS API over a set of queues.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) queues: Arc<Queues>,
    /// The URL of this server. Queue URLs begin with it.
    pub(crate) base_url: String,
}

impl Api {
    /// Performs one action on a JSON body. Returns the JSON body of the response.
    pub(crate) async fn call(&self, action: &str, body: &[u8]) -> Result<Value, SqsError> {
        let (all, base_url) = (&*self.queues, &*self.base_url);
        match action {
            "ReceiveMessage" => messages::receive(all, &parse(body)?).await,
            "SendMessage" => messages::send(all, parse(body)?),
            "SendMessageBatch" => batches::send(all, parse(body)?),
            "DeleteMessage" => messages::delete(all, &parse(body)?),
            "DeleteMessageBatch" => batches::delete(all, parse(body)?),
            "ChangeMessageVisibility" => messages::change_visibility(all, &parse(body)?),
            "ChangeMessageVisibilityBatch" => batches::change_visibility(all, parse(body)?),
            "CreateQueue" => queues::create(all, base_url, parse(body)?),
            "GetQueueUrl" => queues::get_url(all, base_url, &parse(body)?),
            "ListQueues" => Ok(queues::list(all, base_url, &parse(body)?)),
            "GetQueueAttributes" => queues::get_attributes(all, &parse(body)?),
            "SetQueueAttributes" => queues::set_attributes(all, &parse(body)?),
            "PurgeQueue" => queues::purge(all, &parse(body)?),
            other => Err(SqsError::UnknownAction(other.to_owned())),
        }
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, SqsError> {
    serde_json::from_slice(body).map_err(|error| SqsError::Malformed(error.to_string()))
}
