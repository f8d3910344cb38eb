//! Metrics, traces and health checks of the roles.

use std::collections::BTreeSet;
use std::time::Duration;

use darkroom_cloud::Queue;
use darkroom_harness::{Client, Cloud, DEADLINE, TestBedOptions, announcement, new_key};
use darkroom_testkit::fault::{Fault, FaultProxy, Rule};
use darkroom_testkit::process::Process;
use darkroom_testkit::wait;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use prost::Message;
use serde_json::Value;

use crate::test_bed::{photo, service, test_bed};

/// Returns the address that a role reports on stdout.
pub(crate) async fn address(process: &mut Process, role: &str) -> String {
    let start = format!("{role} listens on ");
    let found = process.wait_for_line_async("the address", DEADLINE, |line| {
        announcement(line).strip_prefix(&start).map(str::to_owned)
    });
    found.await.unwrap()
}

async fn get(url: &str) -> (u16, String) {
    let response = reqwest::get(url).await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

/// Returns the value of a series. `series` is its name and labels, spelled as in the exposition.
fn value(exposition: &str, series: &str) -> Option<f64> {
    let line = exposition
        .lines()
        .find_map(|line| line.strip_prefix(series))?;
    line.trim().parse().ok()
}

pub(crate) async fn wait_for_value(url: &str, series: &str, wanted: f64) {
    let reached = async || match value(&get(url).await.1, series) {
        Some(found) if found >= wanted => Ok(()),
        found => Err(format!("{found:?}")),
    };
    wait::until_async(series, DEADLINE, reached).await.unwrap();
}

#[tokio::test]
async fn a_worker_reports_its_metrics_and_its_readiness() {
    let bed = test_bed(TestBedOptions::default()).await;
    let mut worker = bed.spawn("worker", &[]).unwrap();
    let url = address(&mut worker, "worker").await;
    let metrics = format!("{url}/metrics");
    let (status, idle) = get(&metrics).await;
    assert_eq!(status, 200);
    assert_eq!(
        value(
            &idle,
            r#"darkroom_consumer_redeliveries_total{queue="events"}"#
        ),
        Some(0.0)
    );
    let ready = bed.upload(photo(64, 48)).await.unwrap();
    let rejected = new_key().unwrap();
    bed.put_raw(&rejected, b"no image".to_vec()).await.unwrap();
    bed.events.send(&["poison".to_owned()]).await.unwrap();
    bed.wait_until_ready(&ready).await.unwrap();
    bed.outcome(&rejected).await.unwrap();
    bed.receive_dead_letters(1, DEADLINE).await.unwrap();
    for (series, wanted) in [
        (
            r#"darkroom_worker_outcomes_total{profile="avatar",status="ready",code=""}"#,
            1.0,
        ),
        (
            r#"darkroom_worker_outcomes_total{profile="avatar",status="rejected",code="not_an_image"}"#,
            1.0,
        ),
        (
            r#"darkroom_consumer_dead_letters_total{queue="events",reason="malformed"}"#,
            1.0,
        ),
        (
            r#"darkroom_consumer_messages_total{queue="events",result="dead_lettered"}"#,
            1.0,
        ),
        (r#"darkroom_worker_events_total{result="processed"}"#, 2.0),
        (
            r#"darkroom_consumer_messages_received_total{queue="events"}"#,
            3.0,
        ),
        (
            r#"darkroom_consumer_message_age_seconds_count{queue="events"}"#,
            3.0,
        ),
        (
            r#"darkroom_worker_render_seconds_count{profile="avatar"}"#,
            2.0,
        ),
        (
            r#"darkroom_worker_end_to_end_seconds_count{profile="avatar",status="ready"}"#,
            1.0,
        ),
        ("darkroom_worker_variant_bytes_total", 100.0),
        (r#"darkroom_consumer_permits{queue="events"}"#, 1.0),
        ("darkroom_render_process_starts_total", 1.0),
        (r#"darkroom_queue_dead_letters{queue="events"}"#, 1.0),
        ("process_resident_memory_bytes", 1e6),
        ("process_cpu_seconds_total", 0.01),
        ("process_open_fds", 5.0),
    ] {
        wait_for_value(&metrics, series, wanted).await;
    }
    bed.wait_until_idle(DEADLINE).await.unwrap();
    let idle = async || {
        let exposition = get(&metrics).await.1;
        let busy = [
            r#"darkroom_consumer_in_flight{queue="events"}"#,
            "darkroom_worker_buffered_bytes",
        ];
        busy.iter()
            .all(|series| value(&exposition, series) == Some(0.0))
    };
    wait::until_async("an idle worker", DEADLINE, idle)
        .await
        .unwrap();
    let readyz = format!("{url}/readyz");
    let (status, detail) = get(&readyz).await;
    assert_eq!(status, 200);
    assert_eq!(
        detail,
        format!("ok\n{}", sandbox_lines(&get(&metrics).await.1))
    );
    bed.s3.set_rules([Rule::any(Fault::Unavailable)]);
    bed.upload(photo(64, 48)).await.unwrap();
    let unready = async || get(&readyz).await.0 == 503;
    wait::until_async("an unready worker", DEADLINE, unready)
        .await
        .unwrap();
    wait_for_value(&metrics, "darkroom_worker_store_down", 1.0).await;
    let (status, health) = get(&format!("{url}/healthz")).await;
    assert_eq!(status, 200, "a worker without a store is still alive");
    let version = bed.command("--version").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    assert_eq!(health, format!("ok\n{version}"));
    bed.s3.clear_rules();
    let ready = async || get(&readyz).await.0 == 200;
    wait::until_async("a ready worker", DEADLINE, ready)
        .await
        .unwrap();
}

/// Returns the lines of `/readyz` that state the same layers as the metric.
fn sandbox_lines(exposition: &str) -> String {
    let names = ["resources", "file_system", "tcp", "signals", "system_calls"];
    let lines = names.map(|layer| {
        let series = format!(r#"darkroom_render_sandbox_layer{{layer="{layer}"}}"#);
        let is_in_force = value(exposition, &series).unwrap() > 0.0;
        let state = if is_in_force { "in force" } else { "missing" };
        format!("sandbox {layer}: {state}\n")
    });
    lines.concat()
}

#[tokio::test]
async fn an_issuer_counts_its_requests() {
    let bed = test_bed(TestBedOptions::default()).await;
    let mut issuer = bed.spawn("issuer", &[]).unwrap();
    let url = address(&mut issuer, "issuer").await;
    let client = Client::new(url.clone());
    client.presign(1000).await;
    get(&format!("{url}/nothing/like/this")).await;
    for (series, wanted) in [
        (
            r#"darkroom_issuer_requests_total{route="/v1/uploads",method="POST",status="201"}"#,
            1.0,
        ),
        (
            r#"darkroom_issuer_requests_total{route="none",method="GET",status="404"}"#,
            1.0,
        ),
        (
            r#"darkroom_issuer_request_seconds_count{route="/v1/uploads",method="POST"}"#,
            1.0,
        ),
        (r#"darkroom_issuer_presigns_total{method="PUT"}"#, 1.0),
    ] {
        wait_for_value(&format!("{url}/metrics"), series, wanted).await;
    }
}

#[tokio::test]
async fn an_issuer_states_its_sandbox_layers_to_the_operator_only() {
    let bed = test_bed(TestBedOptions::default()).await;
    let public = [
        ("DARKROOM_ISSUER_LISTEN", "0.0.0.0:0"),
        ("DARKROOM_ISSUER_METRICS_LISTEN", "127.0.0.1:0"),
        ("DARKROOM_AUTH_MODE", "open"),
    ];
    let mut issuer = bed.spawn("issuer", &public).unwrap();
    let url = address(&mut issuer, "issuer").await;
    let metrics = issuer.wait_for_line_async("the address of the metrics", DEADLINE, |line| {
        let line = announcement(line);
        line.strip_prefix("issuer serves metrics on ")
            .map(str::to_owned)
    });
    let metrics = metrics.await.unwrap();
    let url = url.replace("0.0.0.0", "127.0.0.1");
    assert_eq!(
        get(&format!("{url}/readyz")).await,
        (200, "ok\n".to_owned())
    );
    let (status, detail) = get(&format!("{metrics}/readyz")).await;
    let exposition = get(&format!("{metrics}/metrics")).await.1;
    let expected = format!("ok\n{}", sandbox_lines(&exposition));
    assert_eq!((status, detail), (200, expected));
}

/// The delay of the store's response to a GET.
const SLOW_GET: Duration = Duration::from_millis(300);

/// Returns the value of an attribute, as text.
fn attribute(span: &Span, key: &str) -> String {
    let found = span.attributes.iter().find(|found| found.key == key);
    let value = found.and_then(|found| found.value.as_ref()?.value.as_ref());
    match value {
        Some(any_value::Value::StringValue(text)) => text.clone(),
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        other => panic!("{key}: {other:?}"),
    }
}

/// Returns every span that a collector received, with the service that sent it.
fn spans(collector: &FaultProxy) -> Vec<(String, Span)> {
    let mut spans = Vec::new();
    for request in collector.requests_to("POST", "/v1/traces") {
        let sent = ExportTraceServiceRequest::decode(request.body).unwrap();
        for of_service in sent.resource_spans {
            let attributes = of_service.resource.unwrap().attributes;
            let name = attributes
                .into_iter()
                .find(|attribute| attribute.key == "service.name");
            let service = format!("{:?}", name.unwrap().value);
            let sent = of_service
                .scope_spans
                .into_iter()
                .flat_map(|scope| scope.spans);
            spans.extend(sent.map(|span| (service.clone(), span)));
        }
    }
    spans
}

#[tokio::test]
async fn one_trace_goes_from_the_client_through_the_issuer_to_the_worker() {
    let collector = FaultProxy::start("http://127.0.0.1:1").await.unwrap();
    collector.set_rules([Rule::any(Fault::Discard)]);
    let bed = test_bed(TestBedOptions::default()).await;
    let slow = Rule::on("GetObject", Fault::Latency(SLOW_GET));
    bed.s3.set_rules([slow.with_path("/raw/")]);
    let endpoint = collector.url();
    let traced = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
    ];
    let mut issuer = bed.spawn("issuer", &traced).unwrap();
    let worker = bed.spawn("worker", &traced).unwrap();
    let url = address(&mut issuer, "issuer").await;
    let client = Client::new(url.clone());
    let trace_id = "0af7651916cd43dd8448eb211c80319c";
    let request = reqwest::Client::new().post(format!("{url}/v1/uploads"));
    let body = serde_json::json!({
        "profile": "avatar", "owner": "u1", "content_type": "image/jpeg", "size": photo(64, 48).len(),
        "metadata": {"album": "7"},
    });
    let traceparent = format!("00-{trace_id}-b7ad6b7169203331-01");
    let response = request
        .header("traceparent", traceparent)
        .json(&body)
        .send()
        .await
        .unwrap();
    let presigned: Value = response.json().await.unwrap();
    assert_eq!(
        client.put(&presigned, &photo(64, 48)).await,
        200,
        "{presigned}"
    );
    let outcome = client.outcome(&presigned).await;
    assert_eq!(outcome["status"], "ready", "{outcome}");
    assert_eq!(outcome["metadata"], body["metadata"]);
    let find = |service: &str, name: &str| {
        let all = spans(&collector);
        let ours = all.into_iter().find(|(from, span)| {
            from.contains(service) && span.name == name && hex(&span.trace_id) == trace_id
        });
        ours.map(|(_, span)| span)
    };
    let both = async || {
        let request = find("darkroom-issuer", "POST /v1/uploads");
        request.zip(find("darkroom-worker", "upload"))
    };
    let (request, upload) = wait::until_async("both spans", DEADLINE, both)
        .await
        .unwrap();
    assert_eq!(hex(&request.parent_span_id), "b7ad6b7169203331");
    assert_eq!(upload.parent_span_id, request.span_id);
    assert_eq!(request.kind(), SpanKind::Server);
    assert_eq!(attribute(&request, "http.request.method"), "POST");
    assert_eq!(attribute(&request, "http.route"), "/v1/uploads");
    assert_eq!(attribute(&request, "url.path"), "/v1/uploads");
    assert_eq!(attribute(&request, "http.response.status_code"), "201");
    assert_eq!(attribute(&request, "server.address"), "127.0.0.1");
    assert!(!issuer.stderr().contains("otel."), "{}", issuer.stderr());
    let render = async || find("darkroom-worker", "render");
    let render = wait::until_async("a span inside the worker", DEADLINE, render)
        .await
        .unwrap();
    assert_eq!(render.parent_span_id, upload.span_id);
    let download = find("darkroom-worker", "download").unwrap();
    assert_eq!(download.parent_span_id, upload.span_id);
    assert!(upload.start_time_unix_nano <= download.start_time_unix_nano);
    let duration = download.end_time_unix_nano - download.start_time_unix_nano;
    assert!(Duration::from_nanos(duration) >= SLOW_GET, "{download:?}");
    let continues_trace = || {
        let log = worker.stderr();
        let line = log.lines().find(|line| line.contains("upload finished"))?;
        Some(line.contains(trace_id))
    };
    assert_eq!(continues_trace(), Some(true), "{}", worker.stderr());
}

/// The embedded S3 has internal spans, which would outnumber the spans of the service.
#[tokio::test]
async fn dev_exports_the_spans_of_the_service_only() {
    let collector = FaultProxy::start("http://127.0.0.1:1").await.unwrap();
    collector.set_rules([Rule::any(Fault::Discard)]);
    let endpoint = collector.url();
    let traced = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
    ];
    let dev = service(Cloud::Dev, &traced).await;
    let client = dev.client();
    let presigned = client.presign(photo(64, 48).len()).await;
    assert_eq!(
        client.put(&presigned, &photo(64, 48)).await,
        200,
        "{presigned}"
    );
    client.outcome(&presigned).await;
    let names = || -> BTreeSet<String> {
        let all = spans(&collector).into_iter();
        all.map(|(_, span)| span.name).collect()
    };
    let written = async || names().contains("write").then_some(());
    wait::until_async("the last span of the upload", DEADLINE, written)
        .await
        .unwrap();
    let own = ["upload", "download", "render", "write"];
    for name in names() {
        let is_request = name.contains(" /");
        assert!(is_request || own.contains(&&*name), "{name}");
    }
}

#[tokio::test]
async fn a_trace_never_displaces_the_metadata_of_a_client() {
    let collector = FaultProxy::start("http://127.0.0.1:1").await.unwrap();
    collector.set_rules([Rule::any(Fault::Discard)]);
    let bed = test_bed(TestBedOptions::default()).await;
    let endpoint = collector.url();
    let mut issuer = bed
        .spawn("issuer", &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)])
        .unwrap();
    let client = Client::new(address(&mut issuer, "issuer").await);
    for (length, is_traced) in [(1900, true), (2000, false)] {
        let metadata = serde_json::json!({"note": "x".repeat(length)});
        let fields = serde_json::json!({"size": 1000, "metadata": metadata});
        let presigned = client.presign_with(fields).await;
        let header = presigned["headers"]["x-amz-meta-darkroom"]
            .as_str()
            .unwrap();
        assert_eq!(header.contains("traceparent"), is_traced, "{header}");
        assert!(header.contains(&"x".repeat(length)));
    }
}

#[tokio::test]
async fn without_a_collector_clients_need_no_extra_header() {
    let bed = test_bed(TestBedOptions::default()).await;
    let mut issuer = bed.spawn("issuer", &[]).unwrap();
    let url = address(&mut issuer, "issuer").await;
    let presigned = Client::new(url).presign(1000).await;
    let headers = presigned["headers"].as_object().unwrap();
    assert!(!headers.contains_key("x-amz-meta-darkroom"), "{presigned}");
}

#[tokio::test]
async fn an_unreachable_collector_affects_no_upload() {
    let bed = test_bed(TestBedOptions::default()).await;
    let away = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
    ];
    let mut worker = bed.spawn("worker", &away).unwrap();
    let key = bed.upload(photo(64, 48)).await.unwrap();
    bed.wait_until_ready(&key).await.unwrap();
    let logged = async || worker.stderr().contains("cannot be sent to the collector");
    wait::until_async("a warning in the log", DEADLINE, logged)
        .await
        .unwrap();
    let ended = worker.terminate_async(DEADLINE).await.unwrap();
    assert!(ended.success(), "{ended}");
    let errors = worker
        .stderr()
        .matches("cannot be sent to the collector")
        .count();
    assert_eq!(errors, 1, "exactly one warning is logged");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
