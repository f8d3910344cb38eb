//! Startup and shutdown of both servers.

use std::fs::{File, TryLockError};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use hyper::service::service_fn;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::listener::serve;
use crate::options::Options;
use crate::origin_check::OriginCheck;
use crate::s3::{Notifier, S3Http, Store};
use crate::sqs::{self, Api, Queues};
use crate::start_error::StartError;

/// The servers of S3 and SQS. Dropping this value stops both servers but does not wait for them.
/// [`stop`](Self::stop) waits.
#[derive(Debug)]
pub struct EmbeddedCloud {
    s3: SocketAddr,
    sqs: SocketAddr,
    stopping: CancellationToken,
    servers: [JoinHandle<()>; 2],
    store: Arc<Store>,
    /// The lock on the folder.
    _lock: File,
}

impl EmbeddedCloud {
    /// Opens the folder and starts both servers. They accept connections when this function
    /// returns.
    ///
    /// # Errors
    /// [`StartError`] if the folder or an address is not available. In that case, neither server
    /// runs.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let lock = lock(&options.data_dir)?;
        let data_dir = options.data_dir.clone();
        let opened = tokio::task::spawn_blocking(move || Store::open(&data_dir)).await;
        let opened = opened.map_err(io::Error::other).and_then(|store| store);
        let store = opened.map_err(|source| StartError::DataDir {
            path: options.data_dir.clone(),
            source,
        })?;
        let store = Arc::new(store);
        let (s3_listener, s3) = bind(options.s3_listen).await?;
        let (sqs_listener, sqs) = bind(options.sqs_listen).await?;

        let stopping = CancellationToken::new();
        let queues = Arc::new(Queues::new(options.region.clone(), stopping.clone()));
        let api = Api {
            queues: Arc::clone(&queues),
            base_url: url(sqs),
        };
        let check = |bound: SocketAddr| {
            OriginCheck::new(bound.ip(), &options.allowed_hosts, &options.allowed_origins)
        };
        let http = S3Http::new(
            Arc::clone(&store),
            Notifier::new(queues),
            &options,
            check(s3),
        );
        let sqs_check = Arc::new(check(sqs));
        let s3_service = service_fn(move |request| {
            let http = http.clone();
            async move { http.respond(request).await }
        });
        let sqs_service = service_fn(move |request| {
            let (api, check) = (api.clone(), Arc::clone(&sqs_check));
            async move {
                let response = sqs::respond(&api, &check, request).await;
                Ok::<_, std::convert::Infallible>(response)
            }
        });
        let servers = [
            tokio::spawn(serve(s3_listener, s3_service, stopping.clone())),
            tokio::spawn(serve(sqs_listener, sqs_service, stopping.clone())),
        ];
        Ok(Self {
            s3,
            sqs,
            stopping,
            servers,
            store,
            _lock: lock,
        })
    }

    /// Returns the endpoint URL of S3, with the actual port. Clients must send path-style requests.
    pub fn s3_url(&self) -> String {
        url(self.s3)
    }

    /// Returns the endpoint URL of SQS, with the actual port.
    pub fn sqs_url(&self) -> String {
        url(self.sqs)
    }

    /// Stops both servers. Long polls end at once. Other requests get half a second to finish. Disk
    /// writes in progress are completed. The contents of the queues are lost.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        for server in &mut self.servers {
            if let Err(error) = server.await {
                tracing::error!(%error, "a server of the embedded cloud has panicked");
            }
        }
        self.store.tasks.close();
        self.store.tasks.wait().await;
    }
}

impl Drop for EmbeddedCloud {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

fn lock(data_dir: &Path) -> Result<File, StartError> {
    let failed = |source| StartError::DataDir {
        path: data_dir.to_owned(),
        source,
    };
    std::fs::create_dir_all(data_dir).map_err(failed)?;
    let path = data_dir.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::InUse(data_dir.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Returns the URL that clients on this machine use to reach `address`. An unspecified address
/// becomes the loopback address.
fn url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}
