//! `darkroom issuer` and `darkroom worker`.

use std::net::SocketAddr;

use anyhow::Context;
use futures_util::TryFutureExt;
use tokio::net::TcpListener;

use crate::cloud::Parts;
use crate::command::connect;
use crate::descriptors;
use crate::outcome::{Ending, say};
use crate::renderer;
use crate::settings::Settings;
use crate::signals::stop_token;

pub(super) async fn issuer(settings: Settings) -> anyhow::Result<Ending> {
    let stop = stop_token()?;
    descriptors::raise_limit();
    let address = settings.issuer.listen;
    settings.check_exposure(address)?;
    let parts = Parts::new(connect(&settings).await, settings)?;
    renderer::check(&parts.pool).await?;
    let listener = bind("the issuer", address).await?;
    say(&format!(
        "issuer listens on http://{}",
        listener.local_addr()?
    ));
    let issuer = parts.issuer()?;
    tokio::try_join!(
        parts.deliver_webhooks(stop.clone()),
        issuer.serve(listener, stop).map_err(Into::into),
    )?;
    Ok(Ending::Well)
}

pub(super) async fn worker(settings: Settings) -> anyhow::Result<Ending> {
    let stop = stop_token()?;
    let parts = Parts::new(connect(&settings).await, settings)?;
    renderer::check(&parts.pool).await?;
    let worker = parts.worker().await?;
    let probes = match parts.settings.worker.listen {
        Some(address) => Some(bind("the worker", address).await?),
        None => None,
    };
    say(&format!(
        "worker takes uploads from {}",
        parts.settings.queues.events
    ));
    if let Some(listener) = probes {
        say(&format!(
            "worker listens on http://{}",
            listener.local_addr()?
        ));
        tokio::spawn(worker.health().serve(listener, stop.clone()));
    }
    worker.run(stop).await;
    Ok(Ending::Well)
}

async fn bind(who: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("{who} cannot listen on {address}"))
}
