//! The permissions that recorded calls need.

use std::collections::BTreeSet;

use darkroom_doctor::iam_action;
use darkroom_harness::{ResourceNames, TestBed};
use darkroom_testkit::fault::RecordedRequest;

use super::policy::Permission;
use crate::imports::old_site_bucket;

/// Returns the permissions that the signed requests through the fault proxies need, with the
/// default names of buckets and queues in place of `names`.
pub(super) fn calls(bed: &TestBed, names: &ResourceNames) -> BTreeSet<Permission> {
    let requests = bed.s3.requests().into_iter().chain(bed.sqs.requests());
    // A presigned POST has its signature in the body.
    let signed = requests.filter(|request| request.is_signed || request.operation == "POST");
    let calls = signed.flat_map(|request| {
        let resources = match request.json()["QueueUrl"].as_str() {
            Some(url) => vec![url.rsplit('/').next().unwrap().to_owned()],
            None => match request.json()["QueueName"].as_str() {
                Some(name) => vec![name.to_owned()],
                None => s3_resources(&request),
            },
        };
        let action = action(&request);
        let resources = resources.into_iter();
        let calls = resources.map(move |resource| (action.clone(), resource));
        let source = request.copy_source;
        calls.chain(source.map(|source| ("s3:GetObject".to_owned(), source)))
    });
    calls
        .map(|(action, resource)| (action, with_default_name(&resource, names)))
        .collect()
}

fn action(request: &RecordedRequest) -> String {
    // A presigned POST is a form that S3 stores as an object.
    let operation = match &*request.operation {
        "POST" => "PutObject",
        operation => operation,
    };
    let action = iam_action(operation);
    action
        .unwrap_or_else(|| panic!("unknown action of {request:?}"))
        .to_owned()
}

/// Returns the bucket or the objects that a request is about.
fn s3_resources(request: &RecordedRequest) -> Vec<String> {
    let path = request.path.trim_matches('/').to_owned();
    let body = String::from_utf8_lossy(&request.body);
    match &*request.operation {
        "DeleteObjects" => {
            let keys = body.split("<Key>").skip(1);
            let keys = keys.map(|rest| rest.split("</Key>").next().unwrap());
            keys.map(|key| format!("{path}/{key}")).collect()
        }
        "POST" => {
            let (_, key) = body.split_once("name=\"key\"").unwrap();
            vec![format!("{path}/{}", key.split_whitespace().next().unwrap())]
        }
        _ => vec![path],
    }
}

fn with_default_name(resource: &str, names: &ResourceNames) -> String {
    let (name, rest) = match resource.split_once('/') {
        Some((name, key)) => (name, format!("/{key}")),
        None => (resource, String::new()),
    };
    let old_site = old_site_bucket(&names.raw_bucket);
    let defaults = [
        (&old_site, "old-site"),
        (&names.raw_bucket, "darkroom-raw"),
        (&names.media_bucket, "darkroom-media"),
        (&names.events, "darkroom-events"),
        (&names.dead_letters, "darkroom-events-dlq"),
        (&names.webhooks, "darkroom-webhooks"),
        (&names.webhooks_dead_letters, "darkroom-webhooks-dlq"),
    ];
    let mut defaults = defaults.into_iter();
    let default = defaults.find(|(own, _)| *own == name);
    let (_, default) = default.unwrap_or_else(|| panic!("unknown resource {resource}"));
    format!("{default}{rest}")
}
