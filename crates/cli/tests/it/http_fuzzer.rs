//! schemathesis as a fuzzer of all routes except event streams, with and without an API key.

use std::process::Command;

use darkroom_harness::{Issuer, ProcessStats, TestBed, TestBedOptions};
use darkroom_testkit::localstack::Venv;

use crate::api_keys::{in_environment, new_key};
use crate::test_bed::binary;
use crate::third_party_clients::{output_text, run, venv};

/// The environment variable for the duration of each run in seconds. `cargo xtask http-fuzz` sets
/// ten minutes.
const SECONDS: &str = "DARKROOM_TEST_FUZZ_SECONDS";
/// The number of MiB by which the memory of the issuer may grow while it is fuzzed.
const MAX_GROWTH_MIB: f64 = 16.0;

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_fuzzer_gets_no_server_error_and_the_issuer_does_not_grow() {
    let Some(venv) = venv("requirements").await else {
        return;
    };
    let seconds = std::env::var(SECONDS).unwrap_or_else(|_| "8".to_owned());
    let key = new_key(&["--name", "fuzzer"]);
    let keys = in_environment(&key);
    let bed = TestBed::start(binary(), &TestBedOptions::default()).await;
    let bed = bed.unwrap();
    let settings = [
        ("DARKROOM_AUTH_KEYS", keys.as_str()),
        ("DARKROOM_ISSUER_MAX_WAIT", "1s"),
        ("DARKROOM_ISSUER_COMPLETE_UPLOADS", "true"),
        // The fuzzer is one owner, and should not spend its time on 429.
        ("DARKROOM_LIMITS_OWNER_RATE", "0"),
    ];
    let issuer = bed.start_issuer(&settings).await.unwrap();
    let key = key["key"].as_str();
    // Fills caches and pools, so that they do not count as growth.
    fuzz(&venv, &issuer, key, "4").await;
    let before = ProcessStats::read(issuer.pid()).unwrap();
    for key in [key, None] {
        let report = fuzz(&venv, &issuer, key, &seconds).await;
        println!("{report}");
    }
    let after = ProcessStats::read(issuer.pid()).unwrap();
    let growth = after.memory_mib() - before.memory_mib();
    println!("growth {growth:.1} MiB, {:?}", after.descriptors);
    assert!(
        growth <= MAX_GROWTH_MIB,
        "the issuer grew by {growth:.1} MiB"
    );
    let log = issuer.log();
    assert!(!log.contains("\"level\":\"ERROR\""), "{log}");
}

/// Fuzzes an issuer for the given number of seconds. Excludes event streams, because the fuzzer
/// would wait for their end. The chaos scenario `attack` opens such streams instead.
async fn fuzz(venv: &Venv, issuer: &Issuer, key: Option<&str>, seconds: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(venv.python());
    command
        .current_dir(folder.path())
        .args(["-m", "schemathesis.cli", "run"])
        .arg(format!("http://{}/openapi.json", issuer.address()))
        .args([
            "--exclude-path-regex",
            "events$",
            "--phases",
            "fuzzing,stateful",
        ])
        .args(["--checks", "not_a_server_error", "--max-time", seconds])
        .args(["--workers", "1", "--no-color"]);
    if let Some(key) = key {
        command
            .arg("--header")
            .arg(format!("Authorization: Bearer {key}"));
    }
    let output = run(command).await;
    let report = output_text(&output);
    assert!(output.status.success(), "{report}");
    report
}
