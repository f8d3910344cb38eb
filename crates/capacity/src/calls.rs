//! The calls of an upload, by stage. A test counts them at the embedded cloud
//! (`crates/cli/tests/it/call_counts.rs`).

use serde::Serialize;

/// A service of AWS with a price per call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// `PUT`, `POST`, `COPY` and `LIST` of S3.
    S3Write,
    /// `GET`, `HEAD` and all other calls of S3 that are not free.
    S3Read,
    /// Any call of SQS.
    Sqs,
}

/// The part of an upload's life in which a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The client writes the raw object, and S3 sends its event.
    Upload,
    /// A worker receives the event.
    Receive,
    /// The worker reads the manifest and the raw object.
    Download,
    /// The worker writes the variants and the manifest, and checks the raw object before and after.
    Publish,
    /// The worker deletes the message.
    Acknowledge,
}

/// Calls of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Calls {
    /// The stage.
    pub stage: Stage,
    /// The operation of the API.
    pub operation: &'static str,
    /// The service, which determines the price.
    pub service: Service,
    /// The number of calls per upload.
    pub fixed: f64,
    /// The number of calls per variant and upload.
    pub per_variant: f64,
}

/// The calls of an upload that a busy worker processes. Such a worker receives and deletes ten
/// messages per call. A worker that is not busy receives and deletes single messages.
pub const CALLS: [Calls; 9] = [
    calls(Stage::Upload, "PutObject (raw)", Service::S3Write, 1.0, 0.0),
    calls(Stage::Upload, "SendMessage (by S3)", Service::Sqs, 1.0, 0.0),
    calls(Stage::Receive, "ReceiveMessage", Service::Sqs, 0.1, 0.0),
    calls(
        Stage::Download,
        "GetObject (manifest)",
        Service::S3Read,
        1.0,
        0.0,
    ),
    calls(
        Stage::Download,
        "GetObject (raw)",
        Service::S3Read,
        1.0,
        0.0,
    ),
    calls(
        Stage::Publish,
        "HeadObject (raw)",
        Service::S3Read,
        2.0,
        0.0,
    ),
    calls(
        Stage::Publish,
        "PutObject (variant)",
        Service::S3Write,
        0.0,
        1.0,
    ),
    calls(
        Stage::Publish,
        "PutObject (manifest)",
        Service::S3Write,
        1.0,
        0.0,
    ),
    calls(
        Stage::Acknowledge,
        "DeleteMessageBatch",
        Service::Sqs,
        0.1,
        0.0,
    ),
];

const fn calls(
    stage: Stage,
    operation: &'static str,
    service: Service,
    fixed: f64,
    per_variant: f64,
) -> Calls {
    Calls {
        stage,
        operation,
        service,
        fixed,
        per_variant,
    }
}

impl Calls {
    /// Returns the number of calls for an upload with `variants` variants.
    pub fn per_upload(&self, variants: f64) -> f64 {
        self.per_variant.mul_add(variants, self.fixed)
    }
}
