//! The policy of the person who imports the objects of another bucket.

use darkroom_cloud::Bucket;
use darkroom_harness::{TestBed, TestBedOptions};

use super::compare;
use super::operator::run;
use crate::imports::old_site;
use crate::test_bed::binary;

#[tokio::test]
async fn an_import_makes_exactly_the_calls_that_its_policy_allows() {
    let settings = [("DARKROOM_ISSUER_COMPLETE_UPLOADS", "true")];
    let options = TestBedOptions::default().with_settings(&settings);
    let bed = TestBed::start(binary(), &options).await.unwrap();
    let old = old_site(&bed).await;
    let folder = tempfile::tempdir().unwrap();
    let mapping = folder.path().join("mapping.jsonl");
    let source = format!("s3://{}/users/", old.name());
    let mapping = ["--mapping", mapping.to_str().unwrap()];
    let owners = ["--profile", "avatar", "--owner-from", "users/{owner}/*"];
    let arguments = [&[&*source], &owners[..], &mapping[..]].concat();
    run(bed.command("import"), &arguments).await;
    compare(&bed, bed.names(), "import.json", &[], &[]);
}
