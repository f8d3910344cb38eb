//! `darkroom provision`: buckets, queues and the notification between them.

use darkroom_cloud::Change;

use crate::arguments::Provision;
use crate::command::connect;
use crate::console::print;
use crate::exit_status::ExitStatus;
use crate::settings::Settings;

pub(super) async fn run(arguments: &Provision, settings: &Settings) -> anyhow::Result<ExitStatus> {
    let provisioner = connect(settings).await.provisioner();
    let resources = provisioner
        .provision(&settings.storage, &settings.queues, arguments.dry_run)
        .await?;
    for resource in resources {
        let change = match (resource.change, arguments.dry_run) {
            (Change::Unchanged, _) => "ok",
            (Change::Created, false) => "created",
            (Change::Updated, false) => "updated",
            (Change::Created, true) => "would be created",
            (Change::Updated, true) => "would be updated",
        };
        print(&format!("{}: {change}", resource.name));
    }
    Ok(ExitStatus::Success)
}
