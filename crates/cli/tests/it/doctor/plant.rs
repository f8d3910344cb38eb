//! Ways to break a deployment.

use darkroom_harness::TestBed;
use darkroom_testkit::fault::{self, Rule};
use reqwest::Method;
use serde_json::{Value, json};

use crate::signed_request;

/// Settings by name.
pub(super) type Settings = Vec<(String, String)>;

/// A way to break a deployment. In values, `RAW`, `MEDIA`, `EVENTS` and `DLQ` stand for the names
/// of buckets and queues.
#[derive(Debug)]
pub(super) enum Plant {
    /// Settings that do not match the deployment.
    Settings(&'static [(&'static str, &'static str)]),
    /// A rule of the fault proxy in front of S3. The text must be in the path, if it is not empty.
    S3(&'static str, fault::Fault, &'static str),
    /// Like `S3`, but only for requests without a signature.
    Strangers(&'static str, fault::Fault),
    /// Like `S3`, but only for conditional requests.
    Conditional(&'static str, fault::Fault),
    /// A rule of the fault proxy in front of SQS.
    Sqs(&'static str, fault::Fault),
    /// A deployment of its own, whose `provision` could not call this operation.
    Without(&'static str),
    /// A notification of a bucket in place of its notifications: bucket, id, queue and prefix.
    Notification(&'static str, &'static str, &'static str, &'static str),
    /// An attribute of a queue: queue, name and value.
    Attribute(&'static str, &'static str, &'static str),
}

impl Plant {
    /// Breaks the deployment. Returns the settings with which `doctor` must run.
    pub(super) async fn plant(&self, bed: &TestBed) -> Settings {
        match self {
            Self::Settings(settings) => {
                let settings = settings.iter();
                return settings
                    .map(|(name, value)| ((*name).to_owned(), resolve(bed, value)))
                    .collect();
            }
            Self::S3(operation, fault, path) => {
                let rule = Rule::on(operation, *fault).with_path(resolve(bed, path));
                bed.s3.set_rules([rule]);
            }
            Self::Strangers(operation, fault) => {
                bed.s3
                    .set_rules([Rule::on(operation, *fault).if_unsigned()]);
            }
            Self::Conditional(operation, fault) => {
                bed.s3
                    .set_rules([Rule::on(operation, *fault).if_conditional()]);
            }
            Self::Sqs(operation, fault) => bed.sqs.set_rules([Rule::on(operation, *fault)]),
            Self::Without(operation) => return without(bed, operation).await,
            Self::Notification(bucket, id, queue, prefix) => {
                let (bucket, queue) = (resolve(bed, bucket), resolve(bed, queue));
                notify(bed, &bucket, id, &queue, prefix).await;
            }
            Self::Attribute(queue, name, value) => {
                set_attribute(bed, &resolve(bed, queue), name, value).await;
            }
        }
        Settings::new()
    }

    /// Undoes [`Plant::plant`].
    pub(super) async fn repair(&self, bed: &TestBed) {
        bed.s3.clear_rules();
        bed.sqs.clear_rules();
        match self {
            Self::Notification(bucket, ..) => {
                let bucket = resolve(bed, bucket);
                let none = "<NotificationConfiguration/>";
                put_notification(bed, &bucket, none).await;
            }
            Self::Attribute(queue, name, _) => {
                set_attribute(bed, &resolve(bed, queue), name, "").await;
            }
            _ => return,
        }
        let output = bed.run(&["provision"]).await.unwrap();
        assert!(output.status.success(), "{output:?}");
        bed.drain_events().await.unwrap();
    }
}

fn resolve(bed: &TestBed, text: &str) -> String {
    use darkroom_cloud::Bucket;
    let queue_name = |url: &str| url.rsplit('/').next().unwrap().to_owned();
    match text {
        "RAW" => bed.raw.name().to_owned(),
        "MEDIA" => bed.media.name().to_owned(),
        "EVENTS" => queue_name(bed.events.url()),
        "DLQ" => queue_name(bed.dead_letters.url()),
        "S3" => bed.s3.url(),
        text => text.to_owned(),
    }
}

/// Provisions new buckets and queues while an operation is not implemented.
async fn without(bed: &TestBed, operation: &'static str) -> Settings {
    let id = operation.to_ascii_lowercase();
    let id = id.trim_start_matches("put").trim_start_matches("set");
    let id = format!("{}-{}", &id[..id.len().min(16)], std::process::id());
    let settings: Settings = [
        ("DARKROOM_STORAGE_RAW_BUCKET", format!("r-{id}")),
        ("DARKROOM_STORAGE_MEDIA_BUCKET", format!("m-{id}")),
        ("DARKROOM_QUEUES_EVENTS", format!("e-{id}")),
        ("DARKROOM_QUEUES_DEAD_LETTERS", format!("d-{id}")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let fault = Rule::on(operation, fault::Fault::NotImplemented);
    bed.s3.set_rules([fault.clone()]);
    bed.sqs.set_rules([fault]);
    let mut command = bed.command("provision");
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    let ran = tokio::task::spawn_blocking(move || command.output());
    let _incomplete = ran.await.unwrap().unwrap();
    bed.s3.clear_rules();
    bed.sqs.clear_rules();
    settings
}

async fn notify(bed: &TestBed, bucket: &str, id: &str, queue: &str, prefix: &str) {
    let region = &bed.endpoints().region;
    let arn = format!("arn:aws:sqs:{region}:000000000000:{queue}");
    let xml = format!(
        "<NotificationConfiguration><QueueConfiguration><Id>{id}</Id><Queue>{arn}</Queue>\
         <Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>prefix</Name>\
         <Value>{prefix}</Value></FilterRule></S3Key></Filter></QueueConfiguration>\
         </NotificationConfiguration>"
    );
    put_notification(bed, bucket, &xml).await;
}

async fn put_notification(bed: &TestBed, bucket: &str, xml: &str) {
    let endpoints = bed.endpoints();
    let put = signed_request::s3(endpoints, Method::PUT, bucket, "notification", xml).await;
    let status = put.status();
    assert!(status.is_success(), "{}", put.text().await.unwrap());
    // The queue now contains the test event of S3.
    bed.drain_events().await.unwrap();
}

async fn set_attribute(bed: &TestBed, queue: &str, name: &str, value: &str) {
    let found = sqs(bed, "GetQueueUrl", json!({ "QueueName": queue })).await;
    let request = json!({"QueueUrl": found["QueueUrl"], "Attributes": {name: value}});
    sqs(bed, "SetQueueAttributes", request).await;
}

/// Calls SQS. Both clouds require a signature and do not verify it.
async fn sqs(bed: &TestBed, action: &str, body: Value) -> Value {
    let region = &bed.endpoints().region;
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/{region}/sqs/aws4_request, \
         SignedHeaders=host, Signature=00"
    );
    let request = reqwest::Client::new().post(&bed.endpoints().sqs);
    let request = request
        .header("authorization", authorization)
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("AmazonSQS.{action}"));
    let response = request.body(body.to_string()).send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    assert!(status.is_success(), "{action}: {text}");
    serde_json::from_str(&text).unwrap_or_default()
}
