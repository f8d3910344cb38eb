//! `kill -9` of an erasure, again and again.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use darkroom_cloud::{Bucket, PutOptions, S3Bucket};
use darkroom_contract::{Manifest, RawKey, UploadId};
use darkroom_harness::{DEADLINE, TestBed, TestBedOptions};
use darkroom_testkit::process::{Process, Signal};
use darkroom_testkit::wait;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde_json::{Value, json};

use crate::report::Report;

const OPTIONS: PutOptions<'_> = PutOptions {
    content_type: "application/octet-stream",
    cache_control: "no-store",
};
/// The number of uploads that are written concurrently.
const CONCURRENT_UPLOADS: usize = 16;

/// The size of a run.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The number of uploads of the owner to erase. Another owner has a tenth of them.
    pub uploads: usize,
    /// The number of times that the command is killed after its next deletion.
    pub kills: usize,
}

impl Size {
    /// The full size. README.md lists its results.
    pub const FULL: Self = Self {
        uploads: 10_000,
        kills: 20,
    };
    /// The size for `cargo test`.
    pub const SHORT: Self = Self {
        uploads: 30,
        kills: 3,
    };
}

/// Shows that `darkroom erase` leaves nothing of its owner and touches nothing of others, although
/// it is killed many times before it ends.
///
/// # Errors
/// If the scenario cannot be run.
pub async fn run(program: &Path, size: Size) -> anyhow::Result<Report> {
    let bed = TestBed::start(program, &TestBedOptions::default()).await?;
    fill(&bed, "u10", size.uploads.div_ceil(10)).await?;
    let others = scan(&bed).await?;
    fill(&bed, "u1", size.uploads).await?;
    let own = scan(&bed).await?.len() - others.len();
    let mut report = Report::default();
    report.figure("uploads", size.uploads);
    report.figure("objects of the owner", own);
    let start = Instant::now();
    let mut killed = 0;
    for _ in 0..size.kills {
        killed += usize::from(kill_in_the_middle(&bed).await?);
    }
    report.expect("kills before the end", killed, size.kills);
    let left = scan(&bed).await?.len() - others.len();
    report.require(
        left > 0 && left < own,
        format!("{left} objects left after the kills"),
    );
    report.figure("objects left after the kills", left);
    let output = bed.run(&["erase", "--owner", "u1"]).await?;
    let receipt: Value = serde_json::from_slice(&output.stdout).context("no receipt")?;
    report.require(receipt["receipt"]["complete"] == true, &receipt);
    report.figure("duration, seconds", start.elapsed().as_secs());
    let after = scan(&bed).await?;
    let of_the_owner = after.keys().filter(|key| key.contains("/u1/")).count();
    report.expect("objects left at the end", of_the_owner, 0);
    report.require(after == others, "objects of the other owner have changed");
    report.figure("objects of the other owner", others.len());
    Ok(report)
}

/// Starts an erasure and kills it after its next deletion. Returns `false` if it ended before.
async fn kill_in_the_middle(bed: &TestBed) -> anyhow::Result<bool> {
    let deletions = || bed.s3.count("DeleteObjects", "");
    let before = deletions();
    let mut command = bed.command("erase");
    command.args(["--owner", "u1"]);
    let mut process = Process::start(command)?;
    let deleted = async || deletions() > before;
    wait::until_async("a deletion", DEADLINE, deleted).await?;
    process.signal(Signal::KILL)?;
    Ok(!process.wait_async(DEADLINE).await?.success())
}

/// Writes the objects of finished uploads, with a variant of an earlier configuration each.
async fn fill(bed: &TestBed, owner: &str, uploads: usize) -> anyhow::Result<()> {
    let writes = stream::iter(0..uploads).map(|_| write_upload(bed, owner));
    let writes = writes.buffer_unordered(CONCURRENT_UPLOADS);
    writes.try_collect().await
}

async fn write_upload(bed: &TestBed, owner: &str) -> anyhow::Result<()> {
    let key = RawKey {
        profile: "avatar".parse()?,
        owner: owner.parse()?,
        id: UploadId::generate(),
    };
    bed.raw
        .put(&key.to_string(), "image".into(), OPTIONS)
        .await?;
    let id = key.id;
    let variants = [
        format!("avatars/{owner}/{id}.webp"),
        format!("avatars/{owner}/{id}_thumb.webp"),
        format!("earlier/{owner}/{id}.webp"),
    ];
    for variant in &variants {
        bed.media.put(variant, "variant".into(), OPTIONS).await?;
    }
    let manifest: Manifest = serde_json::from_value(manifest(&key, &variants))?;
    let manifest = serde_json::to_vec(&manifest)?.into();
    bed.raw.put(&key.manifest_key(), manifest, OPTIONS).await?;
    Ok(())
}

fn manifest(key: &RawKey, variants: &[String]) -> Value {
    let variants = variants.iter().map(|key| {
        json!({
            "name": "original", "key": key, "content_type": "image/webp", "width": 1, "height": 1,
            "bytes": 7, "sha256": "",
        })
    });
    json!({
        "version": 1, "id": key.id, "profile": key.profile, "owner": key.owner, "status": "ready",
        "variants": variants.collect::<Vec<_>>(),
        "placeholder": {"thumbhash": "", "dominant_color": "#000000"},
        "removed_metadata": [],
        "source": {"bucket": "raw", "key": key.to_string(), "etag": "e", "version_id": null, "bytes": 5},
        "metadata": {}, "recipe": "", "finished_at": "2026-11-21T12:00:00Z", "render_ms": 0,
    })
}

/// Returns the entity tags of all objects in both buckets by key.
async fn scan(bed: &TestBed) -> anyhow::Result<BTreeMap<String, Option<String>>> {
    let mut objects = BTreeMap::new();
    for bucket in [&bed.raw, &bed.media] {
        scan_bucket(bucket, &mut objects).await?;
    }
    Ok(objects)
}

async fn scan_bucket(
    bucket: &S3Bucket,
    objects: &mut BTreeMap<String, Option<String>>,
) -> anyhow::Result<()> {
    let mut cursor = None;
    loop {
        let page = bucket.list("", cursor).await?;
        objects.extend(
            page.objects
                .into_iter()
                .map(|object| (object.key, object.etag)),
        );
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}
