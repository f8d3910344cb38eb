//! `darkroom doctor`: checks of a deployment.

use anyhow::Context;
use darkroom_doctor::{Deployment, Finding, Role, Status};

use crate::app_context::AppContext;
use crate::arguments::{Doctor, RoleChoice};
use crate::command::connect;
use crate::command::single_bucket::warn_of_single_bucket;
use crate::console::print;
use crate::exit_status::ExitStatus;
use crate::settings::Settings;

pub(super) async fn run(arguments: &Doctor, settings: Settings) -> anyhow::Result<ExitStatus> {
    warn_of_single_bucket(&settings.storage);
    let context = AppContext::new(connect(&settings).await?, settings)?;
    let deployment = deployment(context, arguments);
    let mut counts = [0_usize; 3];
    let mut printed = Ok(());
    let mut report = |finding: &Finding| {
        let count = match finding.status {
            Status::Failed => &mut counts[0],
            Status::Warning | Status::Skipped => &mut counts[1],
            Status::Ok => &mut counts[2],
        };
        *count += 1;
        if printed.is_ok() {
            printed = line(finding, arguments.json).and_then(|line| print(&line));
        }
    };
    let doctor = darkroom_doctor::Doctor::new(deployment, &mut report);
    let is_well = doctor.context("cannot create an HTTP client")?.run().await;
    printed?;
    if !arguments.json {
        let [failed, warned, ok] = counts;
        print(&format!("{failed} failed, {warned} warnings, {ok} ok"))?;
    }
    Ok(match is_well {
        true => ExitStatus::Success,
        false => ExitStatus::Failure,
    })
}

fn deployment(context: AppContext, arguments: &Doctor) -> Deployment {
    let AppContext {
        connection,
        settings,
        pool,
        ..
    } = context;
    Deployment {
        connection,
        storage: settings.storage,
        queues: settings.queues,
        profiles: settings.profiles,
        has_webhook: settings.webhooks.url.is_some(),
        completes_uploads: settings.issuer.complete_uploads,
        renderers: pool,
        roles: match arguments.role {
            RoleChoice::Issuer => vec![Role::Issuer],
            RoleChoice::Worker => vec![Role::Worker],
            RoleChoice::Webhooks => vec![Role::Webhooks],
            RoleChoice::All => Role::ALL.to_vec(),
        },
        max_wait: arguments.wait,
    }
}

fn line(finding: &Finding, json: bool) -> anyhow::Result<String> {
    Ok(match json {
        true => serde_json::to_string(finding)?,
        false => finding.to_string(),
    })
}
