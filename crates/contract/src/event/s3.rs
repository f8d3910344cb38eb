//! The event notification of S3, version 2.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{EventKind, ObjectEvent, RecordError, known, shape, version};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_version: String,
    event_name: String,
    s3: Entity,
    #[serde(default)]
    darkroom_force: bool,
}

#[derive(Deserialize)]
struct Entity {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    key: String,
    size: Option<u64>,
    #[serde(rename = "eTag")]
    etag: Option<String>,
    version_id: Option<String>,
}

pub(super) fn record(value: &Value) -> Result<ObjectEvent, RecordError> {
    let record: Record = shape(value)?;
    if record.event_version.split('.').next() != Some("2") {
        return Err(RecordError::Version(record.event_version));
    }
    let object = record.s3.object;
    Ok(ObjectEvent {
        kind: kind(&record.event_name)?,
        bucket: record.s3.bucket.name,
        key: decode_key(&object.key)?,
        size: object.size,
        etag: known(object.etag),
        version_id: version(object.version_id),
        force: record.darkroom_force,
    })
}

/// Parses the name of an event. S3-compatible stores send it with or without the prefix `s3:`.
fn kind(event_name: &str) -> Result<EventKind, RecordError> {
    let name = event_name.strip_prefix("s3:").unwrap_or(event_name);
    match name.split(':').next() {
        Some("ObjectCreated") => Ok(EventKind::Created),
        Some("ObjectRemoved" | "LifecycleExpiration") => Ok(EventKind::Removed),
        _ => Err(RecordError::Kind(event_name.to_owned())),
    }
}

/// Decodes a form-encoded key: `red flower.jpg` arrives as `red+flower.jpg`.
fn decode_key(encoded: &str) -> Result<String, RecordError> {
    percent_decode_str(&encoded.replace('+', " "))
        .decode_utf8()
        .map(Into::into)
        .map_err(|_| RecordError::Key)
}

/// The ASCII characters that are percent-encoded in a key. A space becomes `+` instead.
const KEY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b' ');

/// Returns the body of a message that reports `event` in the format of S3.
pub fn notification_body(event: &ObjectEvent) -> String {
    let event_name = match event.kind {
        EventKind::Created => "ObjectCreated:Put",
        EventKind::Removed => "ObjectRemoved:Delete",
    };
    let mut object = json!({
        "key": utf8_percent_encode(&event.key, KEY).to_string().replace(' ', "+"),
    });
    let optional = [
        ("size", event.size.map(Value::from)),
        ("eTag", event.etag.clone().map(Value::from)),
        ("versionId", event.version_id.clone().map(Value::from)),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            object[name] = value;
        }
    }
    json!({"Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventName": event_name,
        "darkroomForce": event.force,
        "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": event.bucket}, "object": object},
    }]})
    .to_string()
}
