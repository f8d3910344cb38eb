//! What the queue says about objects.
//!
//! S3 tells SQS about a new object in one of three ways: directly, through EventBridge, or through
//! SNS, which wraps either. [`Notification::parse`] reads all of them into [`ObjectEvent`]s.

mod eventbridge;
mod s3;
mod sequencer;

use serde::Deserialize;
use serde_json::Value;

pub use s3::notification_body;
pub use sequencer::Sequencer;

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// It was written, by whatever operation.
    Created,
    /// It was deleted, expired or hidden by a delete marker.
    Removed,
}

/// One thing that happened to one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectEvent {
    /// What happened.
    pub kind: EventKind,
    /// The bucket's name.
    pub bucket: String,
    /// The object's key, decoded.
    pub key: String,
    /// Bytes of the object, as S3 counted them; never to be relied on for a bound.
    pub size: Option<u64>,
    /// The entity tag without quotes.
    pub etag: Option<String>,
    /// The version, in a bucket that keeps versions.
    pub version_id: Option<String>,
    /// Where it stands among the events of the same key.
    pub sequencer: Option<Sequencer>,
    /// Whether it is to be rendered even if its outcome is current; only our own messages say so.
    pub force: bool,
}

/// The body of one message, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notification {
    /// `s3:TestEvent`, sent once when a notification is configured: nothing to do.
    Test,
    /// The records in the order in which they came. One that cannot be read does not spoil the
    /// others.
    Records(Vec<Result<ObjectEvent, RecordError>>),
}

/// A message that is no notification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// Not JSON.
    #[error("the message is not JSON: {0}")]
    NotJson(String),
    /// JSON of an unknown shape.
    #[error(
        "the message is neither an S3 notification, nor an EventBridge event, nor one of them in an SNS envelope"
    )]
    UnknownShape,
}

/// A record within a notification that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A field is missing or of the wrong type.
    #[error("the record cannot be read: {0}")]
    Shape(String),
    /// A major version that this code does not know.
    #[error("event version {0} is not 2.x")]
    Version(String),
    /// An event that says neither created nor removed.
    #[error("event {0} is not about an object that was created or removed")]
    Kind(String),
    /// A key whose percent-encoding is not UTF-8.
    #[error("the key is not UTF-8 once decoded")]
    Key,
}

impl Notification {
    /// Reads the body of an SQS message.
    ///
    /// Sources: "Event message structure" in the Amazon S3 user guide (same major version, any
    /// minor, unknown fields ignored), "EventBridge event message structure", and "Amazon SNS
    /// message and JSON formats".
    ///
    /// # Errors
    /// [`EventError`] if the body as a whole is none of these.
    pub fn parse(body: &str) -> Result<Self, EventError> {
        let value = json(body)?;
        match unwrap_sns(&value)? {
            Some(inner) => Self::from_value(&inner),
            None => Self::from_value(&value),
        }
    }

    fn from_value(value: &Value) -> Result<Self, EventError> {
        if value.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
            return Ok(Self::Test);
        }
        if let Some(records) = value.get("Records").and_then(Value::as_array) {
            return Ok(Self::Records(records.iter().map(s3::record).collect()));
        }
        if value.get("detail-type").is_some() && value.get("detail").is_some() {
            return Ok(Self::Records(vec![eventbridge::event(value)]));
        }
        Err(EventError::UnknownShape)
    }
}

fn json(text: &str) -> Result<Value, EventError> {
    serde_json::from_str(text).map_err(|error| EventError::NotJson(error.to_string()))
}

fn unwrap_sns(value: &Value) -> Result<Option<Value>, EventError> {
    match (
        value.get("Type").and_then(Value::as_str),
        value.get("Message").and_then(Value::as_str),
    ) {
        (Some("Notification"), Some(message)) => json(message).map(Some),
        _ => Ok(None),
    }
}

fn shape<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<T, RecordError> {
    T::deserialize(value).map_err(|error| RecordError::Shape(error.to_string()))
}

/// S3 leaves out or blanks what it does not know.
fn known(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim_matches('"').to_owned())
        .filter(|text| !text.is_empty())
}

/// `null` is what S3 calls the version of an object from before versions were kept.
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
    fn an_sns_envelope_is_opened() {
        let body = json!({"Type": "Notification", "MessageId": "1", "Message": CREATED});
        assert_eq!(only(&body.to_string()), only(CREATED));
    }

    #[test]
    fn an_eventbridge_event_has_a_raw_key_and_its_own_names() {
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
    fn a_test_event_is_nothing_to_do() {
        let body = r#"{"Service":"Amazon S3","Event":"s3:TestEvent","S3Bucket":"b"}"#;
        assert_eq!(Notification::parse(body), Ok(Notification::Test));
    }

    #[test]
    fn one_bad_record_does_not_spoil_the_others() {
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
    fn the_null_version_is_none() {
        let body = CREATED.replace(r#""eTag""#, r#""versionId":"null","eTag""#);
        assert_eq!(only(&body).version_id, None);
    }

    #[test]
    fn anything_else_is_an_error_that_says_so() {
        assert!(matches!(
            Notification::parse("hello"),
            Err(EventError::NotJson(_))
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
                Err(EventError::UnknownShape),
                "{body}"
            );
        }
    }

    #[test]
    fn what_we_enqueue_ourselves_reads_back() {
        let event = ObjectEvent {
            force: true,
            ..only(CREATED)
        };
        assert_eq!(only(&notification_body(&event)), event);
    }
}
