//! `darkroom provision`: buckets, queues and the notification between them.

use anyhow::Context;
use darkroom_cloud::Change;

use crate::arguments::Provision;
use crate::command::connect;
use crate::console::print;
use crate::exit_status::ExitStatus;
use crate::settings::Settings;

pub(super) async fn run(arguments: &Provision, settings: &Settings) -> anyhow::Result<ExitStatus> {
    let connection = connect(settings).await?;
    let provisioned = connection.provisioner();
    let provisioned = provisioned.provision(&settings.storage, &settings.queues, arguments.dry_run);
    let resources = provisioned.await.with_context(|| {
        let (s3, sqs) = (connection.s3_url(), connection.sqs_url());
        format!("cannot provision S3 at {s3} and SQS at {sqs}")
    })?;
    for resource in resources {
        let change = match (resource.change, arguments.dry_run) {
            (Change::Unchanged, _) => "ok",
            (Change::Created, false) => "created",
            (Change::Updated, false) => "updated",
            (Change::Created, true) => "would be created",
            (Change::Updated, true) => "would be updated",
        };
        print(&format!("{}: {change}", resource.name))?;
    }
    Ok(ExitStatus::Success)
}
