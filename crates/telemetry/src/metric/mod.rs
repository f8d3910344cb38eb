//! Every metric there is.
//!
//! Names follow Prometheus's conventions: the application, the role, what is counted, the unit, and
//! `_total` for what only grows. A label has few values, all of them ours.

mod kind;

pub use kind::{Counter, Described, Gauge, Seconds, Share};

/// Messages that were received, those received again included.
pub static RECEIVED: Counter<0> = Counter::new(
    "darkroom_worker_messages_received_total",
    [],
    "Messages that were received, those received again included.",
);

/// Messages that were received not for the first time.
pub static REDELIVERIES: Counter<0> = Counter::new(
    "darkroom_worker_redeliveries_total",
    [],
    "Messages that were received not for the first time.",
);

/// Messages by what became of them: acknowledged, put_off, buried, given_back.
pub static MESSAGES: Counter<1> = Counter::new(
    "darkroom_worker_messages_total",
    ["result"],
    "Messages by what became of them: acknowledged, put_off, buried, given_back.",
);

/// Events by what became of them: done, already, gone, superseded, not_ours, failed.
pub static EVENTS: Counter<1> = Counter::new(
    "darkroom_worker_events_total",
    ["result"],
    "Events by what became of them: done, already, gone, superseded, not_ours, failed.",
);

/// Manifests that were written: ready, rejected or failed, and the code of the latter two.
pub static OUTCOMES: Counter<3> = Counter::new(
    "darkroom_worker_outcomes_total",
    ["profile", "status", "code"],
    "Manifests that were written: ready, rejected or failed, and the code of the latter two.",
);

/// Messages that were sent to the dead letters, by reason.
pub static DEAD_LETTERS: Counter<1> = Counter::new(
    "darkroom_worker_dead_letters_total",
    ["reason"],
    "Messages that were sent to the dead letters, by reason.",
);

/// Polls that failed.
pub static RECEIVE_ERRORS: Counter<0> = Counter::new(
    "darkroom_worker_receive_errors_total",
    [],
    "Polls that failed.",
);

/// Extensions of a visibility that failed.
pub static HEARTBEAT_FAILURES: Counter<0> = Counter::new(
    "darkroom_worker_heartbeat_failures_total",
    [],
    "Extensions of a visibility that failed.",
);

/// Messages whose deletion had to be tried again.
pub static DELETES_RETRIED: Counter<0> = Counter::new(
    "darkroom_worker_deletes_retried_total",
    [],
    "Messages whose deletion had to be tried again.",
);

/// Bytes of raw objects that were downloaded.
pub static SOURCE_BYTES: Counter<0> = Counter::new(
    "darkroom_worker_source_bytes_total",
    [],
    "Bytes of raw objects that were downloaded.",
);

/// Bytes of variants that were written.
pub static VARIANT_BYTES: Counter<0> = Counter::new(
    "darkroom_worker_variant_bytes_total",
    [],
    "Bytes of variants that were written.",
);

/// Messages in work.
pub static IN_FLIGHT: Gauge = Gauge::new("darkroom_worker_in_flight", "Messages in work.");

/// Messages that may be in work at once.
pub static PLACES: Gauge = Gauge::new(
    "darkroom_worker_places",
    "Messages that may be in work at once.",
);

/// Bytes of raw objects in memory, or about to be.
pub static BUFFERED_BYTES: Gauge = Gauge::new(
    "darkroom_worker_buffered_bytes",
    "Bytes of raw objects in memory, or about to be.",
);

/// 1 while the store is down and nothing is received, else 0.
pub static STORE_DOWN: Gauge = Gauge::new(
    "darkroom_worker_store_down",
    "1 while the store is down and nothing is received, else 0.",
);

/// From the sending of a message to its first receipt.
pub static EVENT_AGE: Seconds<0> = Seconds::new(
    "darkroom_worker_event_age_seconds",
    [],
    "From the sending of a message to its first receipt.",
);

/// Time for a raw object, from the request to the last byte.
pub static DOWNLOAD_TIME: Seconds<0> = Seconds::new(
    "darkroom_worker_download_seconds",
    [],
    "Time for a raw object, from the request to the last byte.",
);

/// Time for the rendering of a picture, the wait for a process included.
pub static RENDER_TIME: Seconds<1> = Seconds::new(
    "darkroom_worker_render_seconds",
    ["profile"],
    "Time for the rendering of a picture, the wait for a process included.",
);

/// Time for the writing of all variants and the manifest.
pub static WRITE_TIME: Seconds<0> = Seconds::new(
    "darkroom_worker_write_seconds",
    [],
    "Time for the writing of all variants and the manifest.",
);

/// From the sending of a message to the outcome of its upload.
pub static END_TO_END_TIME: Seconds<2> = Seconds::new(
    "darkroom_worker_end_to_end_seconds",
    ["profile", "status"],
    "From the sending of a message to the outcome of its upload.",
);

/// Render processes that were started.
pub static RENDER_STARTS: Counter<0> = Counter::new(
    "darkroom_render_children_started_total",
    [],
    "Render processes that were started.",
);

/// Render processes that were killed or died: timed_out, out_of_memory, crashed, unconfined.
pub static RENDER_DEATHS: Counter<1> = Counter::new(
    "darkroom_render_children_killed_total",
    ["reason"],
    "Render processes that were killed or died: timed_out, out_of_memory, crashed, unconfined.",
);

/// Requests that were answered.
pub static REQUESTS: Counter<3> = Counter::new(
    "darkroom_issuer_requests_total",
    ["route", "method", "status"],
    "Requests that were answered.",
);

/// Time to the head of the answer.
pub static REQUEST_TIME: Seconds<2> = Seconds::new(
    "darkroom_issuer_request_seconds",
    ["route", "method"],
    "Time to the head of the answer.",
);

/// Requests that are being answered.
pub static REQUESTS_IN_FLIGHT: Gauge = Gauge::new(
    "darkroom_issuer_requests_in_flight",
    "Requests that are being answered.",
);

/// Upload URLs that were handed out.
pub static PRESIGNS: Counter<1> = Counter::new(
    "darkroom_issuer_presigns_total",
    ["method"],
    "Upload URLs that were handed out.",
);

/// All of them, for whoever describes or checks them.
pub static ALL: &[&dyn Described] = &[
    &RECEIVED,
    &REDELIVERIES,
    &MESSAGES,
    &EVENTS,
    &OUTCOMES,
    &DEAD_LETTERS,
    &RECEIVE_ERRORS,
    &HEARTBEAT_FAILURES,
    &DELETES_RETRIED,
    &SOURCE_BYTES,
    &VARIANT_BYTES,
    &IN_FLIGHT,
    &PLACES,
    &BUFFERED_BYTES,
    &STORE_DOWN,
    &EVENT_AGE,
    &DOWNLOAD_TIME,
    &RENDER_TIME,
    &WRITE_TIME,
    &END_TO_END_TIME,
    &RENDER_STARTS,
    &RENDER_DEATHS,
    &REQUESTS,
    &REQUEST_TIME,
    &REQUESTS_IN_FLIGHT,
    &PRESIGNS,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_conventions() {
        for metric in ALL {
            let name = metric.name();
            let rest = name.strip_prefix("darkroom_").unwrap();
            let role = rest.split('_').next().unwrap();
            assert!(["worker", "issuer", "render"].contains(&role), "{name}");
            assert!(
                rest.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
                "{name}"
            );
            assert!(metric.help().ends_with('.'), "{name}");
        }
        let mut names: Vec<_> = ALL.iter().map(|metric| metric.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }

    const DASHBOARD: &str = include_str!("../../../../deploy/grafana/darkroom.json");
    const ALERTS: &str = include_str!("../../../../deploy/prometheus/alerts.yml");
    const OPERATIONS: &str = include_str!("../../../../docs/operations.md");

    /// Everything in a text that is called like a metric of ours, without what Prometheus appends to
    /// the name of a histogram.
    fn mentioned(text: &str) -> Vec<&str> {
        let words =
            text.split(|character: char| character != '_' && !character.is_ascii_alphanumeric());
        let ours = words.filter(|word| {
            let roles = ["darkroom_worker_", "darkroom_issuer_", "darkroom_render_"];
            roles.iter().any(|role| word.starts_with(role))
        });
        let bare = |word| {
            let suffixes = ["_seconds_bucket", "_seconds_sum", "_seconds_count"];
            let is_histogram = suffixes.iter().any(|suffix| str::ends_with(word, suffix));
            word.rsplit_once('_')
                .filter(|_| is_histogram)
                .map_or(word, |(bare, _)| bare)
        };
        ours.map(bare).collect()
    }

    #[test]
    fn dashboard_and_alerts_ask_for_nothing_that_is_not_there() {
        let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
        let panels = dashboard["panels"].as_array().unwrap();
        let targets = panels
            .iter()
            .flat_map(|panel| panel["targets"].as_array().unwrap());
        let queries: Vec<&str> = targets
            .map(|target| target["expr"].as_str().unwrap())
            .collect();
        for text in queries.iter().chain([&ALERTS]) {
            let names = mentioned(text);
            assert!(!names.is_empty(), "{text}");
            for name in names {
                assert!(ALL.iter().any(|metric| metric.name() == name), "{name}");
            }
        }
        assert!(mentioned(ALERTS).len() > 8);
    }

    #[test]
    fn every_metric_is_documented_and_on_the_dashboard() {
        let (documented, shown) = (mentioned(OPERATIONS), mentioned(DASHBOARD));
        for metric in ALL {
            assert!(documented.contains(&metric.name()), "{}", metric.name());
            assert!(shown.contains(&metric.name()), "{}", metric.name());
        }
        for name in documented {
            assert!(ALL.iter().any(|metric| metric.name() == name), "{name}");
        }
    }
}
