//! `darkroom dev`: all roles and an embedded cloud in one process.

mod environment;
mod exposure;
mod greeting;
mod secret_key;
mod upload_lines;

use std::time::{Duration, Instant};

use anyhow::Context;
use darkroom_embedded::Options;
use darkroom_issuer::Issuer;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::environment::EnvironmentFile;
use self::greeting::Greeting;
use self::upload_lines::print_outcomes;
use crate::app_context::AppContext;
use crate::arguments::Dev;
use crate::command::local_cloud::{ACCESS_KEY, LocalCloud, REGION};
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

/// The wait time of a long poll. It is short, because a shutdown waits for the current poll to end.
/// Frequent polls cost nothing here, because the queue is in the same process.
pub(super) const POLL_WAIT: Duration = Duration::from_secs(1);

pub(super) async fn run(arguments: Dev, mut settings: Settings) -> anyhow::Result<ExitStatus> {
    let started = Instant::now();
    if arguments.env {
        environment::print_exports(&arguments.data_dir)?;
        return Ok(ExitStatus::Success);
    }
    let stop = stop_token()?;
    descriptors::raise_limit();
    fit_to_container(&mut settings)?;
    adapt(&mut settings, &arguments);
    let listener = bind(&settings).await?;
    let issuer_address = listener.local_addr()?;
    let cloud = LocalCloud::start(options(&arguments, &settings)?, &settings).await?;
    exposure::warn_of_exposure(&arguments);
    warn_of_single_bucket(&settings.storage);
    let context = AppContext::new(cloud.connection, settings)?;
    renderer::check(&context.pool).await?;
    enqueue_unfinished(&context).await?;
    let worker = context.worker().await?;
    let issuer = issuer(&context, &arguments)?;
    let endpoints = &cloud.endpoints;
    let environment = EnvironmentFile::write(
        &arguments.data_dir,
        endpoints,
        exposure::local_address(issuer_address),
    )?;
    let greeting = Greeting {
        issuer: issuer_address,
        endpoints,
        arguments: &arguments,
        settings: &context.settings,
        startup: started.elapsed(),
    };
    greeting.print()?;
    serve_metrics(&issuer, &context.settings.issuer).await?;
    let outcomes = context.store().subscribe_outcomes();
    let profiles = context.settings.profiles.clone();
    let finished = CancellationToken::new();
    let printing = tokio::spawn(print_outcomes(outcomes, profiles, finished.clone()));
    let ((), delivered, (), ()) = tokio::join!(
        issuer.serve(listener, stop.clone()),
        context.deliver_webhooks(stop.clone()),
        worker.run(stop.clone()),
        context.monitor_events(stop),
    );
    drop(environment);
    cloud.embedded.stop().await;
    delivered?;
    finished.cancel();
    printing.await??;
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
    exposure::use_network_address(arguments, settings);
}

async fn bind(settings: &Settings) -> anyhow::Result<TcpListener> {
    let address = settings.issuer.listen.socket();
    settings.check_exposure(address)?;
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "the issuer cannot listen on {address}; name another address with --listen, such as \
             127.0.0.1:0 for any free port"
        )
    })
}

/// Returns the issuer with the check of the requests that it accepts.
fn issuer(context: &AppContext, arguments: &Dev) -> anyhow::Result<Issuer> {
    let settings = &context.settings;
    let listen = settings.issuer.listen.socket().ip();
    let origin_check = exposure::issuer_check(listen, arguments, settings);
    let check = move |headers: &_| {
        origin_check
            .check(headers)
            .map_err(|error| error.to_string())
    };
    Ok(context.issuer()?.with_origin_check(check))
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
