//! End-to-end tests of the real binary.
//!
//! Tests that take a `Cloud` run on `darkroom dev` and on LocalStack. Every test bed has its own
//! buckets and queues.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic fails the test")]

mod alerts;
mod api_keys;
mod browser;
mod call_counts;
mod canaries;
mod command_line;
mod compose;
mod consistency_checks;
mod dead_letters;
mod deletions_and_replacements;
mod dev;
mod dev_access;
mod doctor;
mod documents;
mod erasures;
mod generated_clients;
mod health_check;
mod http_fuzzer;
mod imports;
mod issuer_endpoints;
mod json_lines;
mod lenient_clients;
mod libheif;
mod lists;
mod local_files;
mod message_formats;
mod misconfigured_stores;
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod missing_sandbox_layers;
mod policies;
mod provisioning;
mod python_client;
mod quotas;
mod recipes;
mod rejected_uploads;
mod render_process;
mod report_schema;
mod reviews;
mod signed_request;
mod simulate;
mod slow_clients;
mod snippets;
mod store_clients;
mod store_without_events;
mod stores;
mod telemetry;
mod terraform;
mod test_bed;
mod third_party_clients;
mod try_samples;
mod tutorial;
mod upload_command;
mod uploads;
mod variables;
mod variant_access;
mod webhooks;
mod worker;
