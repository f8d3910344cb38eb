//! `darkroom provision`: buckets, queues and the notification between them.

use anyhow::Context;
use darkroom_cloud::{Change, ProvisionPlan, Resource, Step};

use crate::arguments::Provision;
use crate::command::connect;
use crate::command::single_bucket::warn_of_single_bucket;
use crate::console::{eprint, print};
use crate::exit_status::ExitStatus;
use crate::settings::Settings;

pub(super) async fn run(arguments: &Provision, settings: &Settings) -> anyhow::Result<ExitStatus> {
    warn_of_single_bucket(&settings.storage);
    let connection = connect(settings).await?;
    let mut status = ExitStatus::Success;
    let mut drifted = false;
    let mut printed = Ok(());
    let mut report = |step: Step| {
        let line = line(&step, arguments.dry_run, settings);
        drifted |= step
            .result
            .as_ref()
            .is_ok_and(|change| *change != Change::Unchanged);
        if is_sufficient(&step, settings) {
            let now = print(&line);
            if printed.is_ok() {
                printed = now;
            }
        } else {
            eprint(&line);
            status = ExitStatus::Failure;
        }
    };
    let provisioner = connection.provisioner();
    let plan = ProvisionPlan {
        storage: &settings.storage,
        queues: &settings.queues,
        profiles: &settings.profiles,
        dry_run: arguments.dry_run,
    };
    let provisioned = provisioner.provision(&plan, &mut report).await;
    provisioned.with_context(|| {
        let (s3, sqs) = (connection.s3_url(), connection.sqs_url());
        format!("cannot provision S3 at {s3} and SQS at {sqs}")
    })?;
    printed?;
    Ok(match status {
        ExitStatus::Success if arguments.dry_run && drifted => ExitStatus::Drift,
        status => status,
    })
}

/// Describes a step: its resource, its result and, if the step failed, the consequence. In a dry
/// run, one more line shows each difference from the settings.
fn line(step: &Step, dry_run: bool, settings: &Settings) -> String {
    let resource = &step.resource;
    let result = match (&step.result, dry_run) {
        (Ok(Change::Unchanged), _) => "ok".to_owned(),
        (Ok(Change::Created(_)), false) => "created".to_owned(),
        (Ok(Change::Updated(_)), false) => "updated".to_owned(),
        (Ok(Change::Created(_)), true) => "would be created".to_owned(),
        (Ok(Change::Updated(_)), true) => "would be updated".to_owned(),
        (Err(error), _) if step.is_unsupported() => {
            format!("not supported by this store ({error})")
        }
        (Err(error), _) => format!("failed ({error})"),
    };
    let changes = step.result.as_ref().map_or(&[][..], Change::differences);
    let changes = changes
        .iter()
        .filter(|_| dry_run)
        .map(|change| format!("\n  {change}"));
    let changes: String = changes.collect();
    match consequence(step, settings) {
        Some(consequence) => format!("{resource}: {result}; {consequence}"),
        None => format!("{resource}: {result}{changes}"),
    }
}

/// Returns `true` if Darkroom works with the result of this step.
fn is_sufficient(step: &Step, settings: &Settings) -> bool {
    let is_done = step.result.is_ok();
    match step.resource {
        Resource::Notification { .. } | Resource::QueuePolicy(_) => {
            is_done || settings.issuer.complete_uploads
        }
        // Most stores that do not support CORS rules allow every origin.
        Resource::Cors(_)
        // A store without these features has its own defaults for both.
        | Resource::PublicAccess(_)
        | Resource::Encryption(_)
        | Resource::Loops(_) => is_done || step.is_unsupported(),
        Resource::Lifecycle(_) => {
            let expires = settings.storage.raw_expiration_days.is_some();
            is_done || (step.is_unsupported() && !expires)
        }
        // This step counts as failed only if the store lacks support. Any other error may just mean
        // that the user who runs `provision` has no permission to write objects.
        Resource::ConditionalWrites(_) => is_done || !step.is_unsupported(),
        Resource::Bucket(_) | Resource::Queue(_) => is_done,
    }
}

/// Returns the consequence of a failed step and, if there is one, the remedy.
fn consequence(step: &Step, settings: &Settings) -> Option<&'static str> {
    step.result.as_ref().err()?;
    match step.resource {
        Resource::Notification { .. } | Resource::QueuePolicy(_)
            if settings.issuer.complete_uploads =>
        {
            Some("clients must report each upload (issuer.complete_uploads is true)")
        }
        Resource::Notification { .. } | Resource::QueuePolicy(_) => Some(
            "the store sends no events: set issuer.complete_uploads = true, and let clients \
             report each upload with POST …/complete",
        ),
        Resource::Cors(_) => Some(
            "browsers can upload only if the store, or a proxy in front of it, allows the origins \
             of their pages",
        ),
        Resource::Lifecycle(_) if settings.storage.raw_expiration_days.is_some() => Some(
            "storage.raw_expiration_days has no effect: remove it, and delete raw objects yourself",
        ),
        Resource::Lifecycle(_) => Some(
            "tombstones (deleted/) and unfinished multipart uploads stay until you delete them",
        ),
        Resource::ConditionalWrites(_) if step.is_unsupported() => {
            Some("set storage.conditional_writes = false")
        }
        Resource::ConditionalWrites(_) => Some("not checked"),
        Resource::PublicAccess(_) => Some("check who can read this bucket without credentials"),
        Resource::Encryption(_) => Some("check how this store encrypts objects"),
        Resource::Bucket(_) | Resource::Queue(_) | Resource::Loops(_) => None,
    }
}
