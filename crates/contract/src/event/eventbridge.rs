//! S3 events in the format of EventBridge.

use serde::Deserialize;
use serde_json::Value;

use super::{EventKind, ObjectEvent, RecordError, known, shape, version};

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "detail-type")]
    detail_type: String,
    detail: Detail,
}

#[derive(Deserialize)]
struct Detail {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
struct Object {
    key: String,
    size: Option<u64>,
    etag: Option<String>,
    #[serde(rename = "version-id")]
    version_id: Option<String>,
}

/// Reads one event. The key is not decoded, because AWS documents form encoding only for S3's own
/// notifications.
pub(super) fn event(value: &Value) -> Result<ObjectEvent, RecordError> {
    let Event {
        detail_type,
        detail,
    } = shape(value)?;
    let kind = match detail_type.as_str() {
        "Object Created" => EventKind::Created,
        "Object Deleted" => EventKind::Removed,
        _ => return Err(RecordError::Kind(detail_type)),
    };
    Ok(ObjectEvent {
        kind,
        bucket: detail.bucket.name,
        key: detail.object.key,
        size: detail.object.size,
        etag: known(detail.object.etag),
        version_id: version(detail.object.version_id),
        force: false,
    })
}
