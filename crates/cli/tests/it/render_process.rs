//! Images that exceed the limits of their render process, and the sandbox of that process.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use darkroom_harness::{ALL_FORMATS, Cloud};
use darkroom_testkit::fixture::bomb::giant_profile;
use darkroom_testkit::fixture::{Jpeg, Png, scene, seeds};
use image::{Rgb, RgbImage};
use serde_json::Value;

use crate::test_bed::{darkroom, on_both_clouds, service};

on_both_clouds!(an_image_that_needs_too_much_memory_is_rejected_and_the_next_is_rendered);

async fn an_image_that_needs_too_much_memory_is_rejected_and_the_next_is_rendered(cloud: Cloud) {
    let settings = [
        ("DARKROOM_RENDER_MAX_MEMORY", "96MiB"),
        ("DARKROOM_PROFILES_AVATAR_FORMATS", ALL_FORMATS),
    ];
    let bed = service(cloud, &settings).await;
    let large = Jpeg::new(&scene(4000, 4000)).build();
    let small = Jpeg::new(&scene(64, 48)).build();
    // The header of the second image does not show how much memory its color profile needs.
    let cases = [(large, "too_expensive"), (giant_profile(), "out_of_memory")];
    for (image, code) in cases {
        let outcome = bed.client().upload(&image).await;
        assert_eq!(outcome["error"]["code"], code, "{outcome}");
        assert_eq!(bed.client().upload(&small).await["status"], "ready");
    }
}

#[tokio::test]
async fn an_image_that_exceeds_the_deadline_is_rejected() {
    let bed = service(Cloud::Dev, &[("DARKROOM_RENDER_TIMEOUT", "50ms")]).await;
    let outcome = bed
        .client()
        .upload(&Jpeg::new(&scene(4000, 4000)).build())
        .await;
    assert_eq!(outcome["error"]["code"], "timed_out", "{outcome}");
    let outcome = bed.client().upload(&text_file()).await;
    assert_eq!(outcome["error"]["code"], "not_an_image", "{outcome}");
}

#[tokio::test]
async fn the_log_names_the_sandbox_layers() {
    let bed = service(Cloud::Dev, &[]).await;
    let log = bed.log();
    let line = log.lines().find(|line| line.contains("render processes"));
    let line: Value = serde_json::from_str(line.unwrap_or_default()).unwrap();
    assert!(
        line["layers"].as_str().unwrap().contains("resources"),
        "{line}"
    );
}

/// Fails if a format needs a system call that the sandbox forbids, because the kernel kills a
/// render process that makes such a call.
#[test]
fn every_format_renders_in_the_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in seeds() {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let mut sources = vec![folder.path().to_owned()];
    match corpus() {
        Some(corpus) => sources.extend(
            ["animated", "colour", "metadata", "orientation", "pngsuite"]
                .map(|part| corpus.join(part)),
        ),
        None => eprintln!("no corpus found: its files are skipped"),
    }
    let output = darkroom(folder.path())
        .args(["process", "--profile", "photo", "--out", "out", "--json"])
        .env("DARKROOM_PROFILES_PHOTO_FORMATS", ALL_FORMATS)
        .args(&sources)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let reports: Vec<Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let ready = reports.iter().filter(|report| report["status"] == "ready");
    assert!(ready.count() > seeds().len() / 2, "{printed}");
    let died: Vec<&Value> = reports
        .iter()
        .filter(|report| report["error"]["code"] == "crashed")
        .collect();
    assert!(died.is_empty(), "{died:?}");
}

/// Returns the content of each file in a folder, by name.
fn files(folder: &Path) -> BTreeMap<OsString, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap();
    let read = entries.map(|entry| {
        let entry = entry.unwrap();
        (entry.file_name(), std::fs::read(entry.path()).unwrap())
    });
    read.collect()
}

#[test]
fn a_reused_process_leaves_nothing_of_one_image_in_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let secret = noise(700, 500);
    let secrets = [Jpeg::new(&secret).build(), Png::new(&secret).build()];
    let mut images = Vec::new();
    let mut alternating = Vec::new();
    for (number, (name, bytes)) in seeds().into_iter().enumerate() {
        let secret = write(&format!("secret {number}"), &secrets[number % 2]);
        images.push(write(&format!("{number} {name}"), &bytes));
        alternating.extend([secret, images[number].clone()]);
    }
    let process = |out: &str, max_jobs: &str, sources: &[PathBuf]| {
        let mut command = darkroom(folder.path());
        command.env("DARKROOM_RENDER_PROCESSES", "1");
        command.env("DARKROOM_RENDER_MAX_JOBS", max_jobs);
        command.env("DARKROOM_PROFILES_PHOTO_FORMATS", ALL_FORMATS);
        let arguments = ["process", "--profile", "photo", "--out", out];
        command.args(arguments).args(sources).output().unwrap();
        let mut files = files(&folder.path().join(out));
        // The record of finished files names the sources, which differ.
        files.retain(|name, _| {
            let name = name.as_encoded_bytes();
            !name.starts_with(b"secret") && !name.starts_with(b".")
        });
        files
    };
    let reused = process("reused", "1000000", &alternating);
    let fresh = process("fresh", "1", &images);
    assert!(fresh.len() > images.len(), "{}", fresh.len());
    assert!(reused.keys().eq(fresh.keys()));
    for (name, bytes) in &fresh {
        assert!(reused[name] == *bytes, "{name:?} differs");
    }
}

/// Returns an image of pseudorandom pixels.
fn noise(width: u32, height: u32) -> RgbImage {
    let mut state = 7_u32;
    RgbImage::from_fn(width, height, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, red, green, blue] = state.to_le_bytes();
        Rgb([red, green, blue])
    })
}

fn corpus() -> Option<PathBuf> {
    let beside = || {
        PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../shared/corpus"
        ))
    };
    let corpus = std::env::var_os("DARKROOM_CORPUS").map_or_else(beside, PathBuf::from);
    corpus.is_dir().then_some(corpus)
}

fn text_file() -> Vec<u8> {
    b"nothing in particular".to_vec()
}
