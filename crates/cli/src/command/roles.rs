//! `darkroom issuer` and `darkroom worker`.

use std::net::SocketAddr;

use anyhow::Context;
use darkroom_issuer::{Issuer, IssuerSettings};
use futures_util::FutureExt;
use tokio::net::TcpListener;

use crate::app_context::AppContext;
use crate::command::connect;
use crate::command::single_bucket::warn_of_single_bucket;
use crate::console::print;
use crate::descriptors;
use crate::exit_status::ExitStatus;
use crate::memory_budget::fit_to_container;
use crate::renderer;
use crate::settings::Settings;
use crate::signals::stop_token;

pub(super) async fn issuer(settings: Settings) -> anyhow::Result<ExitStatus> {
    let stop = stop_token()?;
    descriptors::raise_limit();
    let address = settings.issuer.listen.socket();
    settings.check_exposure(address)?;
    warn_of_single_bucket(&settings.storage);
    let context = AppContext::new(connect(&settings).await?, settings)?;
    renderer::check(&context.pool).await?;
    let listener = bind("the issuer", address).await?;
    print(&format!(
        "issuer listens on http://{}",
        listener.local_addr()?
    ))?;
    let issuer = context.issuer()?;
    serve_metrics(&issuer, &context.settings.issuer).await?;
    tokio::try_join!(
        context.deliver_webhooks(stop.clone()),
        context.send_canaries(stop.clone()),
        issuer.serve(listener, stop).map(Ok),
    )?;
    Ok(ExitStatus::Success)
}

pub(super) async fn worker(mut settings: Settings) -> anyhow::Result<ExitStatus> {
    let stop = stop_token()?;
    fit_to_container(&mut settings)?;
    warn_of_single_bucket(&settings.storage);
    let context = AppContext::new(connect(&settings).await?, settings)?;
    renderer::check(&context.pool).await?;
    let worker = context.worker().await?;
    let health_listener = match context.settings.worker.listen {
        Some(address) => Some(bind("the worker", address.socket()).await?),
        None => None,
    };
    print(&format!(
        "worker takes uploads from {}",
        context.settings.queues.events
    ))?;
    if let Some(listener) = health_listener {
        print(&format!(
            "worker listens on http://{}",
            listener.local_addr()?
        ))?;
        tokio::spawn(worker.health().serve(listener, stop.clone()));
    }
    tokio::join!(worker.run(stop.clone()), context.monitor_events(stop));
    Ok(ExitStatus::Success)
}

/// Starts the issuer's separate listener for metrics, if the settings require one.
pub(super) async fn serve_metrics(
    issuer: &Issuer,
    settings: &IssuerSettings,
) -> anyhow::Result<()> {
    let Some(address) = settings.metrics_address() else {
        return Ok(());
    };
    let listener = bind("the issuer (issuer.metrics_listen)", address).await?;
    print(&format!(
        "issuer serves metrics on http://{}",
        listener.local_addr()?
    ))?;
    tokio::spawn(issuer.clone().serve_metrics(listener));
    Ok(())
}

async fn bind(role: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("{role} cannot listen on {address}"))
}
