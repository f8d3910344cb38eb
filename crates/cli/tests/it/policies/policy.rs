//! The policies in `deploy/iam`.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

/// A permission: an action, and a resource without the beginning of its ARN. The resource is a
/// bucket, objects of a bucket (with `*` at the end), or a queue.
pub(super) type Permission = (String, String);

/// Returns the permissions in a policy.
pub(super) fn policy(name: &str) -> BTreeSet<Permission> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/iam");
    let json = std::fs::read(Path::new(folder).join(name)).unwrap();
    let policy: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(policy["Version"], "2012-10-17");
    let mut permissions = BTreeSet::new();
    for statement in policy["Statement"].as_array().unwrap() {
        assert_eq!(statement["Effect"], "Allow", "{statement}");
        let texts = |name: &str| {
            let texts = statement[name].as_array().unwrap().iter();
            texts.map(|text| text.as_str().unwrap().to_owned())
        };
        for action in texts("Action") {
            for arn in texts("Resource") {
                let is_new = permissions.insert((action.clone(), resource(&arn).to_owned()));
                assert!(is_new, "{name} allows {action} on {arn} twice");
            }
        }
    }
    permissions
}

/// Returns the resource in an ARN: the part after the service, the region and the account.
fn resource(arn: &str) -> &str {
    arn.splitn(6, ':').last().unwrap()
}

/// Returns `true` if a permission allows this call.
pub(super) fn allows(permission: &Permission, call: &Permission) -> bool {
    let (action, resource) = permission;
    let covers = match resource.strip_suffix('*') {
        Some(prefix) => call.1.starts_with(prefix),
        None => call.1 == *resource,
    };
    *action == call.0 && covers
}

#[test]
fn a_permission_for_objects_allows_no_call_to_the_bucket_or_to_other_objects() {
    let permission = |action: &str, resource: &str| (action.to_owned(), resource.to_owned());
    let objects = permission("s3:GetObject", "darkroom-raw/raw/*");
    for (resource, is_allowed) in [
        ("darkroom-raw/raw/avatar/u1/x", true),
        ("darkroom-raw/manifests/avatar/u1/x.json", false),
        ("darkroom-raw", false),
        ("darkroom-media/raw/x", false),
    ] {
        let call = permission("s3:GetObject", resource);
        assert_eq!(allows(&objects, &call), is_allowed, "{resource}");
    }
    assert!(!allows(
        &objects,
        &permission("s3:PutObject", "darkroom-raw/raw/x")
    ));
    assert_eq!(
        resource("arn:aws:sqs:*:*:darkroom-events"),
        "darkroom-events"
    );
}
