//! The JSON of event messages.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::format_description;
use uuid::Uuid;

use super::event::Event;
use crate::s3::attributes::Attributes;

/// The characters to percent-encode in a key: those of form encoding except two. S3 does not encode
/// the slash, and [`encode_key`] replaces the space with a plus sign.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b'/')
    .remove(b' ');

/// The origin of an event: the region, the bucket, and the notification configuration that
/// selected the event.
pub(super) struct Source<'a> {
    pub(super) region: &'a str,
    pub(super) bucket: &'a str,
    pub(super) configuration_id: Option<&'a str>,
}

/// Returns the message about one event.
pub(super) fn message(
    source: &Source<'_>,
    event: Event,
    object: &Attributes,
    sequencer: u64,
) -> Value {
    let mut described = json!({
        "key": encode_key(&object.key),
        "sequencer": format!("{sequencer:018X}"),
    });
    if event != Event::Delete {
        described["size"] = json!(object.size);
        described["eTag"] = json!(object.etag);
    }
    let record = json!({
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": source.region,
        "eventTime": timestamp(OffsetDateTime::now_utc()),
        "eventName": event.name(),
        "userIdentity": { "principalId": "AWS:embedded" },
        "requestParameters": { "sourceIPAddress": "127.0.0.1" },
        "responseElements": { "x-amz-request-id": request_id(), "x-amz-id-2": request_id() },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": source.configuration_id.unwrap_or_default(),
            "bucket": {
                "name": source.bucket,
                "ownerIdentity": { "principalId": "embedded" },
                "arn": format!("arn:aws:s3:::{}", source.bucket),
            },
            "object": described,
        },
    });
    json!({ "Records": [record] })
}

/// Returns the message that S3 sends when a configuration is set. It has no `Records`.
pub(super) fn test_message(bucket: &str) -> Value {
    json!({
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": timestamp(OffsetDateTime::now_utc()),
        "Bucket": bucket,
        "RequestId": request_id(),
        "HostId": request_id(),
    })
}

/// Encodes a key as events do: `red flower.jpg` is `red+flower.jpg`.
fn encode_key(key: &str) -> String {
    utf8_percent_encode(key, FORM).to_string().replace(' ', "+")
}

fn timestamp(time: OffsetDateTime) -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    time.format(&format).unwrap_or_default()
}

fn request_id() -> String {
    Uuid::now_v7().simple().to_string().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_form_encoded() {
        assert_eq!(encode_key("raw/red flower.jpg"), "raw/red+flower.jpg");
        assert_eq!(encode_key("a+b&c=d%20"), "a%2Bb%26c%3Dd%2520");
        assert_eq!(encode_key("Zürich~*.jpg"), "Z%C3%BCrich%7E*.jpg");
    }

    #[test]
    fn times_have_milliseconds_and_a_z() {
        let time = OffsetDateTime::from_unix_timestamp(1_000_000_000).unwrap();
        assert_eq!(timestamp(time), "2001-09-09T01:46:40.000Z");
    }
}
