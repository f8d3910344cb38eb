//! An embedded cloud with the buckets and queues of Darkroom.

use darkroom_cloud::{CloudError, Connection, Endpoints, ProvisionPlan, Step};
use darkroom_embedded::{EmbeddedCloud, Options};

use crate::settings::Settings;

pub(super) const ACCESS_KEY: &str = "darkroom";
/// The region of LocalStack and of most AWS examples.
pub(super) const REGION: &str = "us-east-1";

/// A running embedded cloud and the connection to it.
pub(super) struct LocalCloud {
    pub(super) embedded: EmbeddedCloud,
    pub(super) endpoints: Endpoints,
    pub(super) connection: Connection,
}

impl LocalCloud {
    /// Starts the servers, and creates the buckets and queues that the settings name.
    pub(super) async fn start(options: Options, settings: &Settings) -> anyhow::Result<Self> {
        let secret_key = options.secret_key.clone();
        let embedded = EmbeddedCloud::start(options).await?;
        let endpoints = Endpoints {
            s3: embedded.s3_url(),
            sqs: embedded.sqs_url(),
            access_key: ACCESS_KEY.to_owned(),
            secret_key,
            region: REGION.to_owned(),
        };
        let connection = Connection::from_endpoints(&endpoints, &settings.storage).await;
        provision(&connection, settings).await?;
        Ok(Self {
            embedded,
            endpoints,
            connection,
        })
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
