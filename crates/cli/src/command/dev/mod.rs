//! `darkroom dev`: all roles and an embedded cloud in one process.

mod environment;
mod exposure;
mod greeting;
mod secret_key;

use std::time::Duration;

use anyhow::Context;
use darkroom_cloud::{CloudError, Connection, Endpoints, ProvisionPlan, Step};
use darkroom_embedded::{EmbeddedCloud, Options};
use tokio::net::TcpListener;

use self::environment::EnvironmentFile;
use crate::app_context::AppContext;
use crate::arguments::Dev;
use crate::command::roles::serve_metrics;
use crate::command::single_bucket::warn_of_single_bucket;
use crate::console::print;
use crate::descriptors;
use crate::exit_status::ExitStatus;
use crate::memory_budget::fit_to_container;
use crate::path_text::path_text;
use crate::renderer;
use crate::settings::Settings;
use crate::signals::stop_token;

const ACCESS_KEY: &str = "darkroom";
/// The region of LocalStack and of most AWS examples.
const REGION: &str = "us-east-1";
/// The wait time of a long poll. It is short, because a shutdown waits for the current poll to end.
/// Frequent polls cost nothing here, because the queue is in the same process.
const POLL_WAIT: Duration = Duration::from_secs(1);

pub(super) async fn run(arguments: Dev, mut settings: Settings) -> anyhow::Result<ExitStatus> {
    if arguments.env {
        environment::print_exports(&arguments.data_dir)?;
        return Ok(ExitStatus::Success);
    }
    let stop = stop_token()?;
    descriptors::raise_limit();
    fit_to_container(&mut settings)?;
    adapt(&mut settings, &arguments);
    let address = settings.issuer.listen.socket();
    settings.check_exposure(address)?;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("the issuer cannot listen on {address}"))?;
    let options = options(&arguments, &settings)?;
    let secret_key = options.secret_key.clone();
    let embedded = EmbeddedCloud::start(options).await?;
    exposure::warn_of_exposure(&arguments);
    warn_of_single_bucket(&settings.storage);
    let endpoints = Endpoints {
        s3: embedded.s3_url(),
        sqs: embedded.sqs_url(),
        access_key: ACCESS_KEY.to_owned(),
        secret_key,
        region: REGION.to_owned(),
    };
    let connection = Connection::from_endpoints(&endpoints, &settings.storage).await;
    provision(&connection, &settings).await?;
    let origin_check = exposure::issuer_check(address.ip(), &arguments, &settings);
    let context = AppContext::new(connection, settings)?;
    renderer::check(&context.pool).await?;
    enqueue_unfinished(&context).await?;
    let worker = context.worker().await?;
    let environment = EnvironmentFile::write(&arguments.data_dir, &endpoints)?;
    greeting::print_greeting(listener.local_addr()?, &endpoints, &arguments)?;
    let check = move |headers: &_| {
        origin_check
            .check(headers)
            .map_err(|error| error.to_string())
    };
    let issuer = context.issuer()?.with_origin_check(check);
    serve_metrics(&issuer, &context.settings.issuer).await?;
    let ((), delivered, (), ()) = tokio::join!(
        issuer.serve(listener, stop.clone()),
        context.deliver_webhooks(stop.clone()),
        worker.run(stop.clone()),
        context.monitor_events(stop),
    );
    drop(environment);
    embedded.stop().await;
    delivered?;
    print(&format!(
        "darkroom: stopped; data is kept in {}",
        path_text(&arguments.data_dir)
    ))?;
    Ok(ExitStatus::Success)
}

/// Adapts the settings to a service for one developer.
fn adapt(settings: &mut Settings, arguments: &Dev) {
    settings.issuer.demo_page = true;
    // No load balancer is in front of this service.
    settings.issuer.stop_delay = Duration::ZERO;
    settings.worker.poll_wait = POLL_WAIT;
    if let Some(address) = arguments.listen {
        settings.issuer.listen = address;
    }
}

/// Creates the buckets and queues. A failed step is always an error, because the embedded cloud
/// supports every feature that the steps require.
async fn provision(connection: &Connection, settings: &Settings) -> Result<(), CloudError> {
    let mut failed = None;
    let mut report = |step: Step| failed = failed.take().or(step.result.err());
    let provisioner = connection.provisioner();
    let plan = ProvisionPlan {
        storage: &settings.storage,
        queues: &settings.queues,
        profiles: &settings.profiles,
        dry_run: false,
    };
    provisioner.provision(&plan, &mut report).await?;
    failed.map_or(Ok(()), Err)
}

fn options(arguments: &Dev, settings: &Settings) -> anyhow::Result<Options> {
    Ok(Options {
        data_dir: arguments.data_dir.clone(),
        s3_listen: arguments.s3_listen.socket(),
        sqs_listen: arguments.sqs_listen.socket(),
        access_key: ACCESS_KEY.to_owned(),
        secret_key: secret_key::read_or_create(&arguments.data_dir)?,
        region: REGION.to_owned(),
        allowed_hosts: exposure::allowed_hosts(arguments, settings),
        allowed_origins: exposure::allowed_origins(&settings.storage.cors_origins),
    })
}

/// Enqueues the uploads that the previous run did not finish. The embedded queue is in memory and
/// starts empty, but the raw objects of these uploads are still on disk.
async fn enqueue_unfinished(context: &AppContext) -> anyhow::Result<()> {
    let progress = context.backfill().run(|_| {}).await?;
    if progress.enqueued > 0 {
        tracing::info!(
            uploads = progress.enqueued,
            "enqueued the unfinished uploads of the previous run"
        );
    }
    Ok(())
}
