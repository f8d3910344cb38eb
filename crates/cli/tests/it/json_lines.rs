//! The output of roles whose log is JSON.

use std::net::TcpListener;

use darkroom_harness::{DEADLINE, TestBedOptions};
use darkroom_testkit::process::Process;
use serde_json::Value;

use crate::telemetry::address;
use crate::test_bed::test_bed;

/// Returns the messages of all lines on both streams. Fails if a line is not a log event.
fn messages(process: &Process) -> Vec<String> {
    let output = process.stdout() + &process.stderr();
    let message = |line: &str| {
        let event: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        for field in ["timestamp", "level", "message"] {
            assert!(event[field].is_string(), "{field}: {line}");
        }
        event["message"].as_str().unwrap_or_default().to_owned()
    };
    output.lines().map(message).collect()
}

#[tokio::test]
async fn every_line_of_a_role_is_json_from_its_start_to_its_stop() {
    let bed = test_bed(TestBedOptions::default()).await;
    for role in ["issuer", "worker"] {
        let listen = format!("DARKROOM_{}_LISTEN", role.to_uppercase());
        let mut process = bed.spawn(role, &[(&listen, "127.0.0.1:0")]).unwrap();
        address(&mut process, role).await;
        assert!(process.terminate_async(DEADLINE).await.unwrap().success());
        let messages = messages(&process);
        for part in ["listens on http://127.0.0.1:", "stopping"] {
            let is_printed = messages.iter().any(|message| message.contains(part));
            assert!(is_printed, "{role}: {part}: {messages:?}");
        }
    }
}

#[tokio::test]
async fn the_error_that_ends_a_role_is_json() {
    let bed = test_bed(TestBedOptions::default()).await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let settings = [("DARKROOM_ISSUER_LISTEN", address.as_str())];
    let mut process = bed.spawn("issuer", &settings).unwrap();
    let status = process.wait_async(DEADLINE).await.unwrap();
    assert_eq!(status.code(), Some(1));
    let messages = messages(&process);
    let last = messages.last().unwrap();
    assert!(
        last.contains(&format!("cannot listen on {address}")),
        "{last}"
    );
}
