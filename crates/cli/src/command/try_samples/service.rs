//! The whole service in this process, for the time of one command.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use darkroom_contract::StorageSettings;
use darkroom_embedded::{EmbeddedCloud, Options};
use darkroom_issuer::AuthSettings;
use darkroom_render::RenderPool;
use darkroom_webhooks::WebhookSettings;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app_context::AppContext;
use crate::command::dev::POLL_WAIT;
use crate::command::local_cloud::{ACCESS_KEY, LocalCloud, REGION};
use crate::settings::Settings;

/// Any free port on this machine.
const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// An issuer, a worker and an embedded cloud, whose data is in a temporary folder.
pub(super) struct SampleService {
    pub(super) pool: Arc<RenderPool>,
    issuer: SocketAddr,
    stop: CancellationToken,
    roles: JoinHandle<()>,
    embedded: EmbeddedCloud,
}

impl SampleService {
    /// Starts the service with these settings, except that nothing outside this process takes part.
    /// Changes the settings accordingly.
    pub(super) async fn start(folder: &Path, settings: &mut Settings) -> anyhow::Result<Self> {
        settings.storage = StorageSettings::default();
        settings.auth = AuthSettings::default();
        settings.webhooks = WebhookSettings::default();
        settings.issuer.complete_uploads = false;
        settings.issuer.metrics_listen = None;
        settings.worker.poll_wait = POLL_WAIT;
        let cloud = LocalCloud::start(options(folder)?, settings).await?;
        let context = AppContext::new(cloud.connection, settings.clone())?;
        let worker = context.worker().await?;
        let listener = TcpListener::bind(ANY_PORT).await;
        let listener = listener.context("cannot listen on a port of 127.0.0.1")?;
        let issuer_address = listener.local_addr()?;
        let issuer = context.issuer()?;
        let stop = CancellationToken::new();
        let stopping = stop.clone();
        let roles = tokio::spawn(async move {
            tokio::join!(
                issuer.serve(listener, stopping.clone()),
                worker.run(stopping)
            );
        });
        Ok(Self {
            pool: Arc::clone(&context.pool),
            issuer: issuer_address,
            stop,
            roles,
            embedded: cloud.embedded,
        })
    }

    /// Returns the URL of the issuer.
    pub(super) fn address(&self) -> String {
        format!("http://{}", self.issuer)
    }

    /// Stops all roles and servers.
    pub(super) async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        let ended = self.roles.await;
        self.embedded.stop().await;
        ended.context("a role of the service failed")
    }
}

fn options(folder: &Path) -> anyhow::Result<Options> {
    let mut secret_key = [0; 30];
    getrandom::fill(&mut secret_key).context("cannot get random bytes from the system")?;
    Ok(Options {
        data_dir: folder.join("data"),
        s3_listen: ANY_PORT,
        sqs_listen: ANY_PORT,
        access_key: ACCESS_KEY.to_owned(),
        secret_key: URL_SAFE_NO_PAD.encode(secret_key),
        region: REGION.to_owned(),
        allowed_hosts: Vec::new(),
        allowed_origins: Vec::new(),
    })
}
