//! Events about objects, as they arrive on the queue.
//!
//! S3 notifies SQS of a new object in one of three ways: directly, through EventBridge, or through
//! SNS, which wraps one of the other formats. [`Notification::parse`] reads all of them into
//! [`ObjectEvent`]s.

mod eventbridge;
mod s3;
mod sns;

use serde::Deserialize;
use serde_json::Value;

pub use s3::notification_body;

/// The kind of change to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// The object was written, by any operation.
    Created,
    /// The object was deleted, removed by a lifecycle rule, or covered by a delete marker.
    Removed,
}

/// One change to one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectEvent {
    /// The kind of change.
    pub kind: EventKind,
    /// The bucket's name.
    pub bucket: String,
    /// The object's key, decoded.
    pub key: String,
    /// The size of the object in bytes, as stated in the event. The size of the current object may
    /// be larger, because the object may have been replaced.
    pub size: Option<u64>,
    /// The entity tag without quotes.
    pub etag: Option<String>,
    /// The version, in a bucket with versioning.
    pub version_id: Option<String>,
    /// `true` if the object must be rendered even if its outcome is current. Only events that
    /// Darkroom itself queues set this.
    pub force: bool,
}

impl ObjectEvent {
    /// Creates the event of a created object. Its size, entity tag and version are unknown.
    pub fn created(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self {
            kind: EventKind::Created,
            bucket: bucket.into(),
            key: key.into(),
            size: None,
            etag: None,
            version_id: None,
            force: false,
        }
    }
}

/// The parsed body of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notification {
    /// `s3:TestEvent`, which S3 sends when a notification is configured.
    Test,
    /// The records in order. An invalid record does not affect the others.
    Records(Vec<Result<ObjectEvent, RecordError>>),
}

/// The error for a message body that is not a notification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotificationError {
    /// Not JSON.
    #[error("the message is not JSON: {0}")]
    NotJson(String),
    /// JSON of an unknown shape.
    #[error(
        "the message is neither an S3 notification nor an EventBridge event, \
         with or without an SNS envelope"
    )]
    UnknownShape,
}

/// The error for an invalid record of a notification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A field is missing or of the wrong type.
    #[error("invalid record: {0}")]
    Shape(String),
    /// The major version is unknown.
    #[error("event version must be 2.x, found {0}")]
    Version(String),
    /// The event is neither a creation nor a removal.
    #[error("event {0} is neither the creation nor the removal of an object")]
    Kind(String),
    /// The decoded key is not UTF-8.
    #[error("the decoded key is not UTF-8")]
    Key,
}

impl Notification {
    /// Parses the body of an SQS message.
    ///
    /// AWS documents the formats in "Event message structure" (Amazon S3 user guide), "EventBridge
    /// event message structure", and "Amazon SNS message and JSON formats". In S3's own format, any
    /// minor version of version 2 is accepted, and unknown fields are ignored.
    ///
    /// # Errors
    /// [`NotificationError`] if the body has none of these formats.
    pub fn parse(body: &str) -> Result<Self, NotificationError> {
        let value = json(body)?;
        match sns::unwrap(&value)? {
            Some(inner) => Self::from_value(&inner),
            None => Self::from_value(&value),
        }
    }

    fn from_value(value: &Value) -> Result<Self, NotificationError> {
        if value.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
            return Ok(Self::Test);
        }
        if let Some(records) = value.get("Records").and_then(Value::as_array) {
            return Ok(Self::Records(records.iter().map(s3::record).collect()));
        }
        if value.get("detail-type").is_some() && value.get("detail").is_some() {
            return Ok(Self::Records(vec![eventbridge::event(value)]));
        }
        Err(NotificationError::UnknownShape)
    }
}

fn json(text: &str) -> Result<Value, NotificationError> {
    serde_json::from_str(text).map_err(|error| NotificationError::NotJson(error.to_string()))
}

fn shape<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<T, RecordError> {
    T::deserialize(value).map_err(|error| RecordError::Shape(error.to_string()))
}

/// Returns the value without quotes, or `None` if it is missing or empty. S3 omits a value that it
/// does not know, or leaves it empty.
fn known(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim_matches('"').to_owned())
        .filter(|text| !text.is_empty())
}

/// Returns the version id, if there is one. S3 writes `null` for an object that is older than the
/// versioning of its bucket.
fn version(id: Option<String>) -> Option<String> {
    known(id).filter(|id| id != "null")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CREATED: &str = r#"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3",
        "awsRegion":"eu-central-1","eventTime":"2026-11-21T12:00:00.000Z",
        "eventName":"ObjectCreated:Put","s3":{"s3SchemaVersion":"1.0","configurationId":"x",
        "bucket":{"name":"b","arn":"arn:aws:s3:::b"},
        "object":{"key":"raw/a/%C3%BC+x%2By","size":7,"eTag":"d41d","sequencer":"0A"}}}]}"#;

    fn only(body: &str) -> ObjectEvent {
        match Notification::parse(body).unwrap() {
            Notification::Records(records) => records[0].clone().unwrap(),
            Notification::Test => panic!("a test event"),
        }
    }

    #[test]
    fn a_notification_is_read_with_its_key_decoded() {
        let event = only(CREATED);
        assert_eq!(event.kind, EventKind::Created);
        assert_eq!(event.key, "raw/a/ü x+y");
        assert_eq!((event.size, event.etag.as_deref()), (Some(7), Some("d41d")));
        assert_eq!(event.version_id, None);
    }

    #[test]
    fn an_sns_envelope_is_unwrapped() {
        let body = json!({"Type": "Notification", "MessageId": "1", "Message": CREATED});
        assert_eq!(only(&body.to_string()), only(CREATED));
    }

    #[test]
    fn the_key_of_an_eventbridge_event_is_not_decoded() {
        let body = json!({"version": "0", "source": "aws.s3", "detail-type": "Object Created",
            "detail": {"version": "0", "bucket": {"name": "b"}, "object": {"key": "raw/a b+c",
            "size": 7, "etag": "e", "version-id": "v", "sequencer": "0B"}}});
        let event = only(&body.to_string());
        assert_eq!(
            (event.key.as_str(), event.kind),
            ("raw/a b+c", EventKind::Created)
        );
        assert_eq!(event.version_id.as_deref(), Some("v"));
        let wrapped = json!({"Type": "Notification", "Message": body.to_string()});
        assert_eq!(only(&wrapped.to_string()), event);
    }

    #[test]
    fn a_test_event_has_no_records() {
        let body = r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}"#;
        assert_eq!(Notification::parse(body), Ok(Notification::Test));
    }

    #[test]
    fn an_invalid_record_does_not_affect_the_others() {
        let mut body: Value = serde_json::from_str(CREATED).unwrap();
        let good = body["Records"][0].clone();
        let mut newer = good.clone();
        newer["eventVersion"] = json!("3.0");
        let mut minor = good.clone();
        minor["eventVersion"] = json!("2.9");
        minor["unheard"] = json!({"of": 1});
        body["Records"] = json!([{"no": "thing"}, newer, minor, good]);
        let Notification::Records(records) = Notification::parse(&body.to_string()).unwrap() else {
            panic!("a test event");
        };
        assert!(matches!(records[0], Err(RecordError::Shape(_))));
        assert_eq!(records[1], Err(RecordError::Version("3.0".to_owned())));
        assert!(records[2].is_ok() && records[3].is_ok());
    }

    #[test]
    fn the_version_id_null_is_none() {
        let body = CREATED.replace(r#""eTag""#, r#""versionId":"null","eTag""#);
        assert_eq!(only(&body).version_id, None);
    }

    #[test]
    fn a_body_that_is_not_a_notification_is_an_error() {
        assert!(matches!(
            Notification::parse("hello"),
            Err(NotificationError::NotJson(_))
        ));
        for body in [
            "{}",
            "[]",
            "null",
            r#"{"Records": 1}"#,
            r#"{"Type":"Notification"}"#,
        ] {
            assert_eq!(
                Notification::parse(body),
                Err(NotificationError::UnknownShape),
                "{body}"
            );
        }
    }

    #[test]
    fn a_queued_event_is_read_back() {
        let event = ObjectEvent {
            force: true,
            ..only(CREATED)
        };
        assert_eq!(only(&notification_body(&event)), event);
    }
}
