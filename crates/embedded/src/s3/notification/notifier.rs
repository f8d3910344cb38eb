//! The delivery of events to queues.

use std::sync::Arc;

use s3s::dto::NotificationConfiguration;
use s3s::{S3Result, s3_error};
use serde_json::Value;

use super::event::Event;
use super::filter;
use super::record::{self, Source};
use crate::s3::attributes::Attributes;
use crate::s3::bucket::Bucket;
use crate::sqs::{NewMessage, Queues};

/// A sender of events to the queues in a bucket's notification configuration.
#[derive(Clone, Debug)]
pub(crate) struct Notifier {
    queues: Arc<Queues>,
}

impl Notifier {
    pub(crate) fn new(queues: Arc<Queues>) -> Self {
        Self { queues }
    }

    /// Sends an event to every queue that is configured for it. Only logs a failure: as in S3, a
    /// write succeeds even if its notification is lost.
    pub(crate) fn notify(
        &self,
        bucket: &Bucket,
        event: Event,
        object: &Attributes,
        sequencer: u64,
    ) {
        let Some(notification) = bucket.settings.notification.get() else {
            return;
        };
        for configuration in notification.queue_configurations.iter().flatten() {
            if filter::matches(configuration, event, &object.key) {
                let source = Source {
                    region: &self.queues.region,
                    bucket: &bucket.name,
                    configuration_id: configuration.id.as_deref(),
                };
                let message = record::message(&source, event, object, sequencer);
                self.send(&configuration.queue_arn, &message);
            }
        }
    }

    /// Checks that all targets of a configuration are existing queues. Unlike S3, does not check
    /// the policies of the queues.
    pub(crate) fn check(&self, configuration: &NotificationConfiguration) -> S3Result<()> {
        let lambdas = configuration.lambda_function_configurations.as_ref();
        let topics = configuration.topic_configurations.as_ref();
        if lambdas.is_some_and(|list| !list.is_empty())
            || topics.is_some_and(|list| !list.is_empty())
            || configuration.event_bridge_configuration.is_some()
        {
            return Err(s3_error!(
                NotImplemented,
                "The embedded S3 notifies queues only"
            ));
        }
        for queue in configuration.queue_configurations.iter().flatten() {
            let arn = &queue.queue_arn;
            if self.queues.check_exists(queue_name(arn)).is_err() {
                return Err(s3_error!(
                    InvalidArgument,
                    "Unable to validate the destination: no queue {arn}"
                ));
            }
        }
        Ok(())
    }

    /// Sends the test event to every queue of a new configuration.
    pub(crate) fn send_test_event(
        &self,
        bucket: &Bucket,
        configuration: &NotificationConfiguration,
    ) {
        for queue in configuration.queue_configurations.iter().flatten() {
            self.send(&queue.queue_arn, &record::test_message(&bucket.name));
        }
    }

    fn send(&self, arn: &str, message: &Value) {
        let message = NewMessage {
            message_body: message.to_string(),
            ..Default::default()
        };
        if let Err(error) = self.queues.send(queue_name(arn), message) {
            tracing::warn!(queue = arn, %error, "cannot send an S3 event");
        }
    }
}

fn queue_name(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}
