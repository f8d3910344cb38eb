//! The settings that more than one role needs.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Where objects are kept and how clients reach them (`[storage]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StorageSettings {
    /// The bucket that clients upload to.
    pub raw_bucket: String,
    /// The bucket of variants and manifests; may be the same.
    pub media_bucket: String,
    /// The S3 endpoint that clients can reach, where it differs from the one that the services
    /// use: upload URLs are signed for it.
    pub public_endpoint: Option<String>,
    /// Whether the bucket is in the path of a URL instead of its host. Where it is not said, it is
    /// when an endpoint other than AWS's own is set.
    pub path_style: Option<bool>,
    /// What a variant's key is appended to for its public URL, such as a CDN's address. Where it
    /// is not said, the media bucket's own address is used.
    pub media_base_url: Option<String>,
    /// `Cache-Control` of variants. A key's content changes only when another recipe is applied to
    /// an upload that has an outcome already (`backfill` after a change of its profile): whoever
    /// does that serves from a new prefix, or waits for caches.
    pub cache_control: String,
    /// Origins of the pages that may upload from a browser (`provision`).
    pub cors_origins: Vec<String>,
    /// After how many days S3 removes raw objects (`provision`). Where it is not said, they are
    /// kept, so that other variants can be made of them later.
    pub raw_expiration_days: Option<u32>,
}

impl Default for StorageSettings {
    fn default() -> Self {
        Self {
            raw_bucket: "darkroom-raw".to_owned(),
            media_bucket: "darkroom-media".to_owned(),
            public_endpoint: None,
            path_style: None,
            media_base_url: None,
            cache_control: "public, max-age=31536000, immutable".to_owned(),
            cors_origins: vec!["*".to_owned()],
            raw_expiration_days: None,
        }
    }
}

/// Where work is queued (`[queues]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueueSettings {
    /// The queue that S3 tells about uploads.
    pub events: String,
    /// Where messages go that could not be worked on.
    pub dead_letters: String,
    /// The queue of outcomes that a webhook is told of.
    pub webhooks: String,
    /// Where notices go that nobody took for too long.
    pub webhooks_dead_letters: String,
    /// How long a received message is hidden from other workers before it is given out again.
    #[serde(with = "humantime_serde")]
    pub visibility_timeout: Duration,
    /// How often a message is given out before it goes to the dead letters.
    pub max_receive_count: u32,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            events: "darkroom-events".to_owned(),
            dead_letters: "darkroom-events-dlq".to_owned(),
            webhooks: "darkroom-webhooks".to_owned(),
            webhooks_dead_letters: "darkroom-webhooks-dlq".to_owned(),
            visibility_timeout: Duration::from_secs(60),
            max_receive_count: 5,
        }
    }
}
