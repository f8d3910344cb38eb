//! The faults that `doctor` must find.

use darkroom_harness::TestBed;
use darkroom_testkit::fault::Fault::{ClockSkew, Discard, Forbidden, NotImplemented};

use super::plant::{Plant, Settings};

/// A fault, and the finding that names it.
pub(super) struct Fault {
    pub(super) name: &'static str,
    plant: Plant,
    /// The check that fails.
    pub(super) check: &'static str,
    /// A part of its finding.
    pub(super) text: &'static str,
    /// `true` if LocalStack cannot show the fault, for example because it accepts every key.
    pub(super) needs_embedded: bool,
}

impl Fault {
    const fn new(
        name: &'static str,
        plant: Plant,
        check: &'static str,
        text: &'static str,
    ) -> Self {
        Self {
            name,
            plant,
            check,
            text,
            needs_embedded: false,
        }
    }

    const fn on_embedded(self) -> Self {
        Self {
            needs_embedded: true,
            ..self
        }
    }

    pub(super) async fn plant(&self, bed: &TestBed) -> Settings {
        self.plant.plant(bed).await
    }

    pub(super) async fn repair(&self, bed: &TestBed) {
        self.plant.repair(bed).await;
    }
}

const NOWHERE: &str = "http://127.0.0.1:9";

pub(super) const FAULTS: &[Fault] = &[
    Fault::new(
        "S3 is unreachable",
        Plant::Settings(&[("AWS_ENDPOINT_URL_S3", NOWHERE)]),
        "endpoint",
        "AWS_ENDPOINT_URL_S3",
    ),
    Fault::new(
        "SQS is unreachable",
        Plant::Settings(&[("AWS_ENDPOINT_URL_SQS", NOWHERE)]),
        "endpoint",
        "AWS_ENDPOINT_URL_SQS",
    ),
    Fault::new(
        "the secret key is wrong",
        Plant::Settings(&[("AWS_SECRET_ACCESS_KEY", "wrong")]),
        "credentials",
        "AWS_SECRET_ACCESS_KEY",
    )
    .on_embedded(),
    Fault::new(
        "the access key does not exist",
        Plant::Settings(&[("AWS_ACCESS_KEY_ID", "wrong")]),
        "credentials",
        "AWS_ACCESS_KEY_ID",
    )
    .on_embedded(),
    Fault::new(
        "the clock is wrong",
        Plant::S3("GET", ClockSkew { seconds: 1200 }, ""),
        "clock",
        "behind that of S3",
    ),
    Fault::new(
        "the region is wrong",
        Plant::Settings(&[("AWS_REGION", "eu-west-3")]),
        "region",
        "set AWS_REGION=us-east-1",
    )
    .on_embedded(),
    Fault::new(
        "the raw bucket does not exist",
        Plant::Settings(&[("DARKROOM_STORAGE_RAW_BUCKET", "no-such-raw")]),
        "bucket",
        "bucket no-such-raw",
    ),
    Fault::new(
        "the media bucket does not exist",
        Plant::Settings(&[("DARKROOM_STORAGE_MEDIA_BUCKET", "no-such-media")]),
        "bucket",
        "bucket no-such-media",
    ),
    Fault::new(
        "the event queue does not exist",
        Plant::Settings(&[("DARKROOM_QUEUES_EVENTS", "no-such-events")]),
        "queue",
        "queue no-such-events",
    ),
    Fault::new(
        "the dead-letter queue does not exist",
        Plant::Settings(&[("DARKROOM_QUEUES_DEAD_LETTERS", "no-such-dlq")]),
        "queue",
        "queue no-such-dlq",
    ),
    Fault::new(
        "the webhook queue does not exist",
        Plant::Settings(&[("DARKROOM_QUEUES_WEBHOOKS", "no-such-webhooks")]),
        "queue",
        "queue no-such-webhooks",
    ),
    Fault::new(
        "the bucket has no notification",
        Plant::Without("PutBucketNotificationConfiguration"),
        "notification",
        "does not exist",
    ),
    Fault::new(
        "no event arrives",
        Plant::Without("PutBucketNotificationConfiguration"),
        "round_trip",
        "did not arrive within 3 s",
    ),
    Fault::new(
        "the notification goes to another queue",
        Plant::Notification("RAW", "darkroom-uploads", "DLQ", "raw/"),
        "notification",
        "Queue: ",
    ),
    Fault::new(
        "the notification has another prefix",
        Plant::Notification("RAW", "darkroom-uploads", "EVENTS", "uploads/"),
        "notification",
        "Prefix: uploads/ -> raw/",
    ),
    Fault::new(
        "variants notify the event queue",
        Plant::Notification("MEDIA", "other", "EVENTS", "avatars/"),
        "loop",
        "notification other",
    ),
    Fault::new(
        "the queue does not let S3 send",
        Plant::Without("SetQueueAttributes"),
        "queue_policy",
        "Policy",
    ),
    Fault::new(
        "the event queue has no redrive policy",
        Plant::Attribute("EVENTS", "RedrivePolicy", ""),
        "queue",
        "RedrivePolicy",
    ),
    Fault::new(
        "messages have too many attempts",
        Plant::Settings(&[("DARKROOM_QUEUES_MAX_RECEIVE_COUNT", "9")]),
        "queue",
        "maxReceiveCount",
    ),
    Fault::new(
        "the visibility timeout differs",
        Plant::Settings(&[("DARKROOM_QUEUES_VISIBILITY_TIMEOUT", "77s")]),
        "queue",
        "VisibilityTimeout: 30 -> 77",
    ),
    Fault::new(
        "the dead-letter queue refuses dead letters",
        Plant::Attribute(
            "DLQ",
            "RedriveAllowPolicy",
            r#"{"redrivePermission":"denyAll"}"#,
        ),
        "dead_letters",
        "redrive allow policy",
    )
    .on_embedded(),
    Fault::new(
        "browsers may not upload",
        Plant::Without("PutBucketCors"),
        "cors",
        "CORS of",
    ),
    Fault::new(
        "pages of this origin may not upload",
        Plant::Settings(&[(
            "DARKROOM_STORAGE_CORS_ORIGINS",
            "[\"https://other.example\"]",
        )]),
        "cors",
        "https://other.example",
    ),
    Fault::new(
        "the store refuses preflight requests",
        Plant::S3("OPTIONS", Forbidden, ""),
        "cors",
        "preflight",
    ),
    Fault::new(
        "nothing removes tombstones",
        Plant::Without("PutBucketLifecycleConfiguration"),
        "lifecycle",
        "does not exist",
    ),
    Fault::new(
        "raw objects are kept",
        Plant::Settings(&[("DARKROOM_STORAGE_RAW_EXPIRATION_DAYS", "30")]),
        "lifecycle",
        "expiration never",
    ),
    Fault::new(
        "public access is not blocked",
        Plant::Without("PutPublicAccessBlock"),
        "public_access",
        "public access block of",
    )
    .on_embedded(),
    Fault::new(
        "objects are not encrypted",
        Plant::Without("PutBucketEncryption"),
        "encryption",
        "encryption of",
    )
    .on_embedded(),
    Fault::new(
        "the store ignores conditions",
        Plant::Conditional("PutObject", Discard),
        "conditional_writes",
        "storage.conditional_writes = false",
    ),
    Fault::new(
        "the store refuses conditions",
        Plant::Conditional("PutObject", NotImplemented),
        "conditional_writes",
        "storage.conditional_writes = false",
    ),
    Fault::new(
        "listing is forbidden",
        Plant::S3("ListObjectsV2", Forbidden, ""),
        "permission",
        "allow s3:ListBucket",
    ),
    Fault::new(
        "reading manifests is forbidden",
        Plant::S3("GetObject", Forbidden, "/manifests/"),
        "permission",
        "allow s3:GetObject",
    ),
    Fault::new(
        "writing raw objects is forbidden",
        Plant::S3("PutObject", Forbidden, "/raw/"),
        "permission",
        "allow s3:PutObject",
    ),
    Fault::new(
        "writing tombstones is forbidden",
        Plant::S3("PutObject", Forbidden, "/deleted/"),
        "permission",
        "/deleted/*",
    ),
    Fault::new(
        "writing variants is forbidden",
        Plant::S3("PutObject", Forbidden, "/photos/"),
        "permission",
        "/photos/*",
    ),
    Fault::new(
        "deleting variants is forbidden",
        Plant::S3("DeleteObjects", Forbidden, "MEDIA"),
        "permission",
        "allow s3:DeleteObject",
    ),
    Fault::new(
        "finding queues is forbidden",
        Plant::Sqs("GetQueueUrl", Forbidden),
        "permission",
        "allow sqs:GetQueueUrl",
    ),
    Fault::new(
        "receiving is forbidden",
        Plant::Sqs("ReceiveMessage", Forbidden),
        "permission",
        "allow sqs:ReceiveMessage",
    ),
    Fault::new(
        "deleting messages is forbidden",
        Plant::Sqs("DeleteMessageBatch", Forbidden),
        "permission",
        "allow sqs:DeleteMessage",
    ),
    Fault::new(
        "changing the visibility is forbidden",
        Plant::Sqs("ChangeMessageVisibilityBatch", Forbidden),
        "permission",
        "allow sqs:ChangeMessageVisibility",
    ),
    Fault::new(
        "sending is forbidden",
        Plant::Sqs("SendMessageBatch", Forbidden),
        "permission",
        "allow sqs:SendMessage",
    ),
    Fault::new(
        "reading attributes is forbidden",
        Plant::Sqs("GetQueueAttributes", Forbidden),
        "permission",
        "allow sqs:GetQueueAttributes",
    ),
    Fault::new(
        "anybody can read raw objects",
        Plant::Strangers("GetObject", Discard),
        "privacy",
        "anybody can read them",
    )
    .on_embedded(),
    Fault::new(
        "anybody can list raw objects",
        Plant::Strangers("ListObjectsV2", Discard),
        "privacy",
        "anybody can list it",
    )
    .on_embedded(),
    Fault::new(
        "clients cannot reach the store",
        Plant::Settings(&[("DARKROOM_STORAGE_PUBLIC_ENDPOINT", NOWHERE)]),
        "presigned_url",
        "storage.public_endpoint",
    ),
    Fault::new(
        "the base URL of variants is wrong",
        Plant::Settings(&[("DARKROOM_STORAGE_MEDIA_BASE_URL", NOWHERE)]),
        "media_base_url",
        "storage.media_base_url",
    ),
];
