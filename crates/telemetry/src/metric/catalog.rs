//! The declarations of all metrics.

use super::kind::{Counter, Gauge, Histogram, LabelDefinition, Metric};
use super::macros::metrics;

metrics! {
    /// 1 for the build that runs.
    BUILD_INFO: Gauge = "darkroom_build_info"["version"]["commit"]["profile"]["target"];

    /// Messages in a queue, as SQS last reported them. Every consumer reports the same queue, so
    /// aggregate with max.
    QUEUE_MESSAGES: Gauge = "darkroom_queue_messages"["queue"]
        ["state": "visible", "in_flight", "delayed"];

    /// Messages in the dead-letter queue of a queue, as SQS last reported them, including those
    /// that SQS itself moved there.
    QUEUE_DEAD_LETTERS: Gauge = "darkroom_queue_dead_letters"["queue"];

    /// Messages received, including redeliveries.
    RECEIVED: Counter = "darkroom_consumer_messages_received_total"["queue"];

    /// Messages received again after an earlier attempt.
    REDELIVERIES: Counter = "darkroom_consumer_redeliveries_total"["queue"];

    /// Messages by the result of a delivery: acknowledged, retried, deferred, dead_lettered,
    /// released, lost.
    MESSAGES: Counter = "darkroom_consumer_messages_total"["queue"]
        ["result": "acknowledged", "retried", "deferred", "dead_lettered", "released", "lost"];

    /// Messages sent to the dead-letter queue, by reason.
    DEAD_LETTERS: Counter = "darkroom_consumer_dead_letters_total"["queue"]["reason"];

    /// Polls that failed.
    RECEIVE_ERRORS: Counter = "darkroom_consumer_receive_errors_total"["queue"];

    /// Heartbeats that failed to extend a visibility timeout.
    HEARTBEAT_FAILURES: Counter = "darkroom_consumer_heartbeat_failures_total"["queue"];

    /// Messages whose deletion was retried.
    DELETES_RETRIED: Counter = "darkroom_consumer_deletes_retried_total"["queue"];

    /// Messages being processed.
    IN_FLIGHT: Gauge = "darkroom_consumer_in_flight"["queue"];

    /// Maximum number of messages processed at once, without those received by looking ahead.
    PERMITS: Gauge = "darkroom_consumer_permits"["queue"];

    /// Time from the sending of a message to its first receipt.
    MESSAGE_AGE: Histogram = "darkroom_consumer_message_age_seconds"["queue"];

    /// Events by result: processed, unchanged, deleted, superseded, foreign, failed.
    EVENTS: Counter = "darkroom_worker_events_total"
        ["result": "processed", "unchanged", "deleted", "superseded", "foreign", "failed"];

    /// Manifests written, by status (ready, in_review, rejected, failed) and by code if rejected or
    /// failed.
    OUTCOMES: Counter = "darkroom_worker_outcomes_total"
        ["profile"]["status": "ready", "in_review", "rejected", "failed"]["code"];

    /// Bytes of raw objects downloaded.
    SOURCE_BYTES: Counter = "darkroom_worker_source_bytes_total";

    /// Bytes of variants written.
    VARIANT_BYTES: Counter = "darkroom_worker_variant_bytes_total";

    /// Bytes of memory reserved for raw objects.
    BUFFERED_BYTES: Gauge = "darkroom_worker_buffered_bytes";

    /// 1 during an outage of the store, when nothing is received, otherwise 0.
    STORE_DOWN: Gauge = "darkroom_worker_store_down";

    /// Time to download a raw object, from the request to the last byte.
    DOWNLOAD_TIME: Histogram = "darkroom_worker_download_seconds";

    /// Time to render an image, including the wait for a render process.
    RENDER_TIME: Histogram = "darkroom_worker_render_seconds"["profile"];

    /// Time to write all variants and the manifest.
    WRITE_TIME: Histogram = "darkroom_worker_write_seconds";

    /// Time from the sending of a message to the outcome of its upload.
    END_TO_END_TIME: Histogram = "darkroom_worker_end_to_end_seconds"
        ["profile"]["status": "ready", "in_review", "rejected", "failed"];

    /// Attempts to deliver an outcome, by result: delivered, refused, timed_out, unreachable,
    /// outdated, failed.
    WEBHOOK_ATTEMPTS: Counter = "darkroom_webhooks_attempts_total"
        ["result": "delivered", "refused", "timed_out", "unreachable", "outdated", "failed"];

    /// Time of an attempt to deliver an outcome, by result.
    WEBHOOK_ATTEMPT_TIME: Histogram = "darkroom_webhooks_attempt_seconds"
        ["result": "delivered", "refused", "timed_out", "unreachable", "outdated", "failed"];

    /// Time from the outcome of an upload to its successful delivery.
    WEBHOOK_DELIVERY_AGE: Histogram = "darkroom_webhooks_delivery_age_seconds";

    /// Canaries by result: ready, rejected, failed, timed_out, not_uploaded.
    CANARIES: Counter = "darkroom_canary_uploads_total"
        ["result": "ready", "rejected", "failed", "timed_out", "not_uploaded"];

    /// Time from the PUT of a canary until it is ready.
    CANARY_TIME: Histogram = "darkroom_canary_seconds";

    /// Render processes started.
    RENDER_PROCESS_STARTS: Counter = "darkroom_render_process_starts_total";

    /// Render processes that were killed or crashed, by reason: timed_out, out_of_memory, crashed,
    /// invalid_variant, unconfined, killed.
    RENDER_PROCESS_DEATHS: Counter = "darkroom_render_process_deaths_total"
        ["reason":
            "timed_out", "out_of_memory", "crashed", "invalid_variant", "unconfined", "killed"];

    /// 1 for each sandbox layer that confines the render processes, otherwise 0: resources,
    /// file_system, tcp, signals, system_calls.
    RENDER_SANDBOX_LAYER: Gauge = "darkroom_render_sandbox_layer"
        ["layer": "resources", "file_system", "tcp", "signals", "system_calls"];

    /// Finished HTTP requests.
    REQUESTS: Counter = "darkroom_issuer_requests_total"["route"]["method"]["status"];

    /// Time from a request to the headers of its response.
    REQUEST_TIME: Histogram = "darkroom_issuer_request_seconds"["route"]["method"];

    /// HTTP requests in progress.
    REQUESTS_IN_FLIGHT: Gauge = "darkroom_issuer_requests_in_flight";

    /// Upload URLs issued, by method: PUT, POST.
    PRESIGNS: Counter = "darkroom_issuer_presigns_total"["method": "PUT", "POST"];

    /// Requests for uploads that were refused because of a quota, by quota: quota_uploads,
    /// quota_bytes.
    QUOTA_REFUSALS: Counter = "darkroom_issuer_quota_refusals_total"
        ["quota": "quota_uploads", "quota_bytes"];

    /// Objects, versions and unfinished multipart uploads that erasures of owners removed.
    ERASED_OBJECTS: Counter = "darkroom_issuer_erased_objects_total";

    /// Decisions that reviewers made by HTTP: approved, rejected. A repeated request counts again.
    REVIEWS: Counter = "darkroom_issuer_reviews_total"["decision": "approved", "rejected"];
}
