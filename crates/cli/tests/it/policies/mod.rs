//! The policies in `deploy/iam`, compared with the calls that each role makes.
//!
//! Each test makes one role do everything that it can do, records its calls to S3 and SQS, and
//! compares them with its policy in both directions: a call that the policy does not allow would
//! fail on AWS, and a permission without a call is superfluous.

mod calls;
mod imports;
mod issuer;
mod operator;
mod policy;
mod reviews;
mod worker;

use std::collections::BTreeSet;

use darkroom_cloud::PutOptions;
use darkroom_harness::{ResourceNames, TestBed};

use self::calls::calls;
use self::policy::{Permission, allows, policy};

/// A permission that a role needs without a call of its own here, and the reason.
struct Unrecorded {
    action: &'static str,
    resource: &'static str,
    /// A person reads it.
    #[expect(dead_code, reason = "it only explains the entry")]
    reason: &'static str,
}

const NOT_FOUND: &str =
    "without it, S3 responds 403 instead of 404 to a request for a missing object";
const NO_VERSIONS: &str = "the embedded S3 keeps no versions, so no version is deleted";

/// The objects whose versions an erasure deletes.
const VERSIONED: [&str; 5] = [
    "darkroom-raw/raw/*",
    "darkroom-raw/manifests/*",
    "darkroom-raw/deleted/*",
    "darkroom-raw/review/*",
    "darkroom-media/*",
];
const PLAIN: PutOptions<'_> = PutOptions {
    content_type: "application/octet-stream",
    cache_control: "no-store",
};

/// Compares the calls through the proxies with a policy, and with the policies that the role has in
/// addition but need not use.
fn compare(
    bed: &TestBed,
    names: &ResourceNames,
    name: &str,
    others: &[&str],
    unrecorded: &[Unrecorded],
) {
    let calls = calls(bed, names);
    let allowed = policy(name);
    let others: BTreeSet<Permission> = others.iter().flat_map(|name| policy(name)).collect();
    let denied = calls
        .iter()
        .filter(|call| !allowed.iter().chain(&others).any(|it| allows(it, call)));
    let denied: Vec<_> = denied.collect();
    let is_explained = |(action, resource): &Permission| {
        let mut unrecorded = unrecorded.iter();
        unrecorded.any(|it| it.action == action && it.resource == resource)
    };
    let unused = allowed
        .iter()
        .filter(|it| !calls.iter().any(|call| allows(it, call)) && !is_explained(it));
    let unused: Vec<_> = unused.collect();
    assert!(
        denied.is_empty() && unused.is_empty(),
        "{name}\nnot allowed: {denied:#?}\nsuperfluous: {unused:#?}"
    );
    for Unrecorded {
        action, resource, ..
    } in unrecorded
    {
        let permission = ((*action).to_owned(), (*resource).to_owned());
        assert!(
            allowed.contains(&permission),
            "not in the policy: {permission:?}"
        );
        let is_called = calls.iter().any(|call| allows(&permission, call));
        assert!(
            !is_called,
            "there is a call for {permission:?}, so remove the exception"
        );
    }
}
