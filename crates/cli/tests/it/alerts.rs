//! The alert rules, evaluated by a real Prometheus that scrapes a worker.

use std::path::Path;

use darkroom_cloud::Queue;
use darkroom_harness::{DEADLINE, new_key};
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::prometheus::Prometheus;
use darkroom_testkit::wait;

use crate::telemetry::address;
use crate::test_bed::{max_receive_count, photo, test_bed};

const RULES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../deploy/prometheus/alerts.yml"
);
const DEAD_LETTERS: &str = r#"darkroom_consumer_dead_letters_total{reason="malformed"}"#;
const FAILURES: &str = r#"darkroom_worker_outcomes_total{profile="avatar",code="forbidden"}"#;

/// Prints a note and passes if Prometheus cannot be started.
#[tokio::test]
async fn the_first_failure_of_a_worker_fires_an_alert() {
    let bed = test_bed(max_receive_count(1)).await;
    let mut worker = bed.spawn("worker", &[]).unwrap();
    let url = address(&mut worker, "worker").await;
    let target = url.trim_start_matches("http://");
    let prometheus = match Prometheus::start(target, Path::new(RULES)).await {
        Ok(prometheus) => prometheus,
        Err(reason) => {
            eprintln!("skipped, because Prometheus cannot be started: {reason}");
            return;
        }
    };
    for series in [DEAD_LETTERS, FAILURES] {
        let query = format!("count_over_time({series}[1m])");
        let is_scraped = async || match prometheus.query(&query).await {
            Ok(scraped) if scraped.iter().any(|count| *count >= 2.0) => Ok(()),
            scraped => Err(format!("{scraped:?}")),
        };
        wait::until_async(series, DEADLINE, is_scraped)
            .await
            .unwrap();
    }
    assert_eq!(prometheus.firing().await.unwrap(), [""; 0]);
    bed.events.send(&["malformed".to_owned()]).await.unwrap();
    let key = new_key().unwrap();
    let forbidden = Rule::on("GetObject", Fault::Forbidden).with_path(key.to_string());
    bed.s3.set_rules([forbidden]);
    bed.put_raw(&key, photo(64, 48)).await.unwrap();
    for alert in ["DarkroomDeadLetters", "DarkroomUploadsFail"] {
        let fires = async || match prometheus.firing().await {
            Ok(firing) if firing.iter().any(|name| name == alert) => Ok(()),
            firing => Err(format!("{firing:?}")),
        };
        wait::until_async(alert, DEADLINE, fires).await.unwrap();
    }
}
