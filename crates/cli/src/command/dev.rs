//! `darkroom dev`: all roles and an embedded cloud in one process.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use darkroom_cloud::{CloudError, Connection, Endpoints, Step};
use darkroom_embedded::{EmbeddedCloud, Options};
use tokio::net::TcpListener;

use crate::app_context::AppContext;
use crate::arguments::Dev;
use crate::command::roles::serve_metrics;
use crate::console::print;
use crate::descriptors;
use crate::exit_status::ExitStatus;
use crate::path_text::path_text;
use crate::renderer;
use crate::settings::Settings;
use crate::signals::stop_token;

/// The credentials and region of LocalStack, so that the same AWS CLI commands work with LocalStack
/// and with `darkroom dev`.
const ACCESS_KEY: &str = "test";
const SECRET_KEY: &str = "test";
const REGION: &str = "us-east-1";
/// The time that a poll of a queue waits for messages. It is short, because Ctrl-C waits for the
/// end of a poll. Frequent polls within one process cost nothing.
const POLL_WAIT: Duration = Duration::from_secs(1);

pub(super) async fn run(arguments: Dev, mut settings: Settings) -> anyhow::Result<ExitStatus> {
    let stop = stop_token()?;
    descriptors::raise_limit();
    settings.issuer.demo_page = true;
    settings.worker.poll_wait = POLL_WAIT;
    if let Some(address) = arguments.listen {
        settings.issuer.listen = address;
    }
    let address = settings.issuer.listen.socket();
    settings.check_exposure(address)?;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("the issuer cannot listen on {address}"))?;
    let embedded = EmbeddedCloud::start(options(&arguments)).await?;
    let endpoints = Endpoints {
        s3: embedded.s3_url(),
        sqs: embedded.sqs_url(),
        access_key: ACCESS_KEY.to_owned(),
        secret_key: SECRET_KEY.to_owned(),
        region: REGION.to_owned(),
    };
    let connection = Connection::from_endpoints(&endpoints, &settings.storage).await;
    provision(&connection, &settings).await?;
    let context = AppContext::new(connection, settings)?;
    renderer::check(&context.pool).await?;
    enqueue_unfinished(&context).await?;
    let worker = context.worker().await?;
    print_greeting(listener.local_addr()?, &endpoints, &arguments)?;
    let issuer = context.issuer()?;
    serve_metrics(&issuer, &context.settings.issuer, stop.clone()).await?;
    let ((), delivered, ()) = tokio::join!(
        issuer.serve(listener, stop.clone()),
        context.deliver_webhooks(stop.clone()),
        worker.run(stop),
    );
    embedded.stop().await;
    delivered?;
    print(&format!(
        "darkroom: stopped; data is kept in {}",
        path_text(&arguments.data_dir)
    ))?;
    Ok(ExitStatus::Success)
}

/// Creates the buckets and queues. A failed step is always an error, because the embedded cloud
/// supports every feature that the steps require.
async fn provision(connection: &Connection, settings: &Settings) -> Result<(), CloudError> {
    let mut failed = None;
    let mut report = |step: Step| failed = failed.take().or(step.result.err());
    let provisioner = connection.provisioner();
    let (storage, queues) = (&settings.storage, &settings.queues);
    provisioner
        .provision(storage, queues, false, &mut report)
        .await?;
    failed.map_or(Ok(()), Err)
}

fn options(arguments: &Dev) -> Options {
    Options {
        data_dir: arguments.data_dir.clone(),
        s3_listen: arguments.s3_listen.socket(),
        sqs_listen: arguments.sqs_listen.socket(),
        access_key: ACCESS_KEY.to_owned(),
        secret_key: SECRET_KEY.to_owned(),
        region: REGION.to_owned(),
        allowed_origins: Vec::new(),
    }
}

/// Enqueues the uploads that the previous run did not finish. The embedded queue is in memory and
/// starts empty, but the raw objects of these uploads are still on disk.
async fn enqueue_unfinished(context: &AppContext) -> anyhow::Result<()> {
    let progress = context.backfill().run(|_| {}).await?;
    if progress.enqueued > 0 {
        tracing::info!(
            uploads = progress.enqueued,
            "unfinished uploads are enqueued"
        );
    }
    Ok(())
}

/// Prints the addresses, and shell commands for a first upload.
fn print_greeting(
    issuer: SocketAddr,
    endpoints: &Endpoints,
    arguments: &Dev,
) -> anyhow::Result<()> {
    let Endpoints { s3, sqs, .. } = endpoints;
    let data_dir = path_text(&arguments.data_dir);
    print(&format!(
        r#"
Darkroom is ready.

  Page    http://{issuer}
  S3      {s3}   (access key {ACCESS_KEY}, secret key {SECRET_KEY}, region {REGION})
  SQS     {sqs}
  Data    {data_dir}

Set PHOTO=path/to/a.jpg in a shell, then paste:

  # 1. request an upload URL
  UPLOAD=$(curl -sS http://{issuer}/v1/uploads -H 'content-type: application/json' -d '{{"profile":"avatar","owner":"me","content_type":"image/jpeg","size":'$(wc -c < "${{PHOTO:-photo.jpg}}")'}}'); echo "$UPLOAD"
  # 2. send the file
  curl -sS -f -T "${{PHOTO:-photo.jpg}}" -H 'content-type: image/jpeg' -H 'if-none-match: *' "$(echo "$UPLOAD" | sed 's/.*"url":"\([^"]*\)".*/\1/')"
  # 3. wait for the outcome
  curl -sS "http://{issuer}$(echo "$UPLOAD" | sed 's/.*"status_url":"\([^"]*\)".*/\1/')?wait=25"

Ctrl-C stops Darkroom.
"#
    ))
}
