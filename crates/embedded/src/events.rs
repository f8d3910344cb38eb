//! What S3 tells a queue: event records, and which configuration wants them.
//!
//! The format is version 2.1 of the S3 user guide, "Event message structure".

use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::{FilterRuleName, NotificationConfiguration, QueueConfiguration};
use s3s::{S3Result, s3_error};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::format_description;
use uuid::Uuid;

use crate::s3::{Attributes, Bucket};
use crate::sqs::{NewMessage, Queues};

/// What form encoding leaves alone besides letters and digits. S3 leaves the slash alone too.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b'/')
    .remove(b' ');

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Put,
    Post,
    Copy,
    CompleteMultipartUpload,
    Delete,
}

impl Event {
    fn name(self) -> &'static str {
        match self {
            Self::Put => "ObjectCreated:Put",
            Self::Post => "ObjectCreated:Post",
            Self::Copy => "ObjectCreated:Copy",
            Self::CompleteMultipartUpload => "ObjectCreated:CompleteMultipartUpload",
            Self::Delete => "ObjectRemoved:Delete",
        }
    }

    /// Configurations name events as `s3:ObjectCreated:Put` or `s3:ObjectCreated:*`.
    fn is_named_by(self, pattern: &str) -> bool {
        let pattern = pattern.strip_prefix("s3:").unwrap_or(pattern);
        match pattern.strip_suffix('*') {
            Some(start) => self.name().starts_with(start),
            None => self.name() == pattern,
        }
    }
}

/// Brings events to the queues that a bucket's configuration names.
#[derive(Clone, Debug)]
pub(crate) struct Notifier {
    queues: Arc<Queues>,
}

impl Notifier {
    pub(crate) fn new(queues: Arc<Queues>) -> Self {
        Self { queues }
    }

    /// Sends the event to every queue that wants it, before the client has its answer. Does not fail: an object is
    /// stored whether or not a queue can be told, as in S3.
    pub(crate) fn tell(&self, bucket: &Bucket, event: Event, object: &Attributes, sequencer: u64) {
        let notification = bucket.settings.notification();
        for configuration in notification.queue_configurations.iter().flatten() {
            if wants(configuration, event, &object.key) {
                let record = self.record(bucket, event, object, sequencer, configuration);
                self.send(&configuration.queue_arn, &json!({ "Records": [record] }));
            }
        }
    }

    /// Refuses a configuration that could not work here: other destinations than queues, and queues that do not
    /// exist. S3 checks the same, and the queue's policy besides.
    pub(crate) fn validate(&self, configuration: &NotificationConfiguration) -> S3Result<()> {
        let others = configuration
            .lambda_function_configurations
            .as_ref()
            .is_some_and(|list| !list.is_empty())
            || configuration
                .topic_configurations
                .as_ref()
                .is_some_and(|list| !list.is_empty())
            || configuration.event_bridge_configuration.is_some();
        if others {
            return Err(s3_error!(
                NotImplemented,
                "The embedded S3 notifies queues only"
            ));
        }
        for queue in configuration.queue_configurations.iter().flatten() {
            if self
                .queues
                .with(name_in(&queue.queue_arn), |_, _| Ok(()))
                .is_err()
            {
                let arn = &queue.queue_arn;
                return Err(s3_error!(
                    InvalidArgument,
                    "Unable to validate the destination: no queue {arn}"
                ));
            }
        }
        Ok(())
    }

    /// The message that S3 sends to each queue when a configuration is put. It has no `Records`.
    pub(crate) fn send_test(&self, bucket: &Bucket, configuration: &NotificationConfiguration) {
        for queue in configuration.queue_configurations.iter().flatten() {
            let message = json!({
                "Service": "Amazon S3",
                "Event": "s3:TestEvent",
                "Time": timestamp(OffsetDateTime::now_utc()),
                "Bucket": bucket.name,
                "RequestId": request_id(),
                "HostId": request_id(),
            });
            self.send(&queue.queue_arn, &message);
        }
    }

    fn record(
        &self,
        bucket: &Bucket,
        event: Event,
        object: &Attributes,
        sequencer: u64,
        configuration: &QueueConfiguration,
    ) -> Value {
        let mut described =
            json!({ "key": encode_key(&object.key), "sequencer": format!("{sequencer:018X}") });
        if event != Event::Delete {
            described["size"] = json!(object.size);
            described["eTag"] = json!(object.etag);
        }
        json!({
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": self.queues.region,
            "eventTime": timestamp(OffsetDateTime::now_utc()),
            "eventName": event.name(),
            "userIdentity": { "principalId": "AWS:embedded" },
            "requestParameters": { "sourceIPAddress": "127.0.0.1" },
            "responseElements": { "x-amz-request-id": request_id(), "x-amz-id-2": request_id() },
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": configuration.id.as_deref().unwrap_or_default(),
                "bucket": {
                    "name": bucket.name,
                    "ownerIdentity": { "principalId": "embedded" },
                    "arn": format!("arn:aws:s3:::{}", bucket.name),
                },
                "object": described,
            },
        })
    }

    fn send(&self, arn: &str, message: &Value) {
        let outgoing = NewMessage {
            message_body: message.to_string(),
            ..Default::default()
        };
        if let Err(error) = self.queues.send(name_in(arn), outgoing) {
            tracing::warn!(queue = arn, %error, "an S3 event was lost");
        }
    }
}

fn name_in(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}

fn wants(configuration: &QueueConfiguration, event: Event, key: &str) -> bool {
    let rules = configuration
        .filter
        .iter()
        .filter_map(|filter| filter.key.as_ref());
    let mut rules = rules.flat_map(|filter| filter.filter_rules.iter().flatten());
    let named = configuration
        .events
        .iter()
        .any(|pattern| event.is_named_by(pattern.as_ref()));
    named
        && rules.all(|rule| {
            let value = rule.value.as_deref().unwrap_or_default();
            let name = rule.name.as_ref().map_or("", FilterRuleName::as_str);
            if name.eq_ignore_ascii_case(FilterRuleName::SUFFIX) {
                key.ends_with(value)
            } else {
                key.starts_with(value)
            }
        })
}

/// `red flower.jpg` is `red+flower.jpg` in an event.
fn encode_key(key: &str) -> String {
    utf8_percent_encode(key, FORM).to_string().replace(' ', "+")
}

fn timestamp(at: OffsetDateTime) -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    at.format(&format).unwrap_or_default()
}

fn request_id() -> String {
    Uuid::now_v7().simple().to_string().to_uppercase()
}

#[cfg(test)]
mod tests {
    use s3s::dto::{FilterRule, NotificationConfigurationFilter, S3KeyFilter};

    use super::*;

    fn configuration(events: &[&str], rules: &[(&'static str, &str)]) -> QueueConfiguration {
        let rule = |(name, value): &(&'static str, &str)| FilterRule {
            name: Some(FilterRuleName::from_static(name)),
            value: Some((*value).to_owned()),
        };
        let filter_rules = Some(rules.iter().map(rule).collect());
        QueueConfiguration {
            events: events
                .iter()
                .map(|event| (*event).to_owned().into())
                .collect(),
            filter: Some(NotificationConfigurationFilter {
                key: Some(S3KeyFilter { filter_rules }),
            }),
            id: None,
            queue_arn: "arn:aws:sqs:eu-west-1:000000000000:events".into(),
        }
    }

    #[test]
    fn keys_are_form_encoded() {
        assert_eq!(encode_key("raw/red flower.jpg"), "raw/red+flower.jpg");
        assert_eq!(encode_key("a+b&c=d%20"), "a%2Bb%26c%3Dd%2520");
        assert_eq!(encode_key("Zürich~*.jpg"), "Z%C3%BCrich%7E*.jpg");
    }

    #[test]
    fn a_configuration_names_events_whole_or_by_kind() {
        assert!(wants(
            &configuration(&["s3:ObjectCreated:*"], &[]),
            Event::Post,
            "k"
        ));
        assert!(wants(
            &configuration(&["s3:ObjectCreated:Put"], &[]),
            Event::Put,
            "k"
        ));
        assert!(!wants(
            &configuration(&["s3:ObjectCreated:Put"], &[]),
            Event::Copy,
            "k"
        ));
        assert!(!wants(
            &configuration(&["s3:ObjectCreated:*"], &[]),
            Event::Delete,
            "k"
        ));
    }

    #[test]
    fn every_filter_rule_must_hold() {
        let both = configuration(
            &["s3:ObjectCreated:*"],
            &[("prefix", "raw/"), ("Suffix", ".jpg")],
        );
        assert!(wants(&both, Event::Put, "raw/a.jpg"));
        assert!(!wants(&both, Event::Put, "raw/a.png"));
        assert!(!wants(&both, Event::Put, "media/a.jpg"));
    }

    #[test]
    fn times_have_milliseconds_and_a_z() {
        let at = OffsetDateTime::from_unix_timestamp(1_000_000_000).unwrap();
        assert_eq!(timestamp(at), "2001-09-09T01:46:40.000Z");
    }
}
