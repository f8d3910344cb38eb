//! `darkroom erase`: erasure of everything that the store holds about an owner.

use std::collections::BTreeMap;

use anyhow::Context;
use darkroom_contract::{ErasureReceipt, SigningSecrets, UploadId};
use darkroom_uploads::{Erasure, ErasureError};
use serde_json::{Value, json};

use crate::app_context::AppContext;
use crate::arguments::Erase;
use crate::command::connect;
use crate::command::profiles::select_profiles;
use crate::console::print;
use crate::exit_status::{ExitStatus, UsageError};
use crate::settings::Settings;

pub(super) async fn run(arguments: &Erase, settings: Settings) -> anyhow::Result<ExitStatus> {
    let profile = arguments.profile.as_ref();
    select_profiles(&settings, profile)?;
    let secrets = settings.webhooks.signing_secrets()?;
    let context = AppContext::new(connect(&settings).await?, settings)?;
    let erasure = Erasure {
        store: context.store(),
        owner: &arguments.owner,
        profile,
        dry_run: arguments.dry_run,
        deadline: None,
    };
    let receipt = match erasure.run().await {
        Ok(receipt) => receipt,
        Err(error @ ErasureError::SharedPrefix { .. }) => {
            return Err(UsageError(error.to_string()).into());
        }
        Err(error) => {
            let s3 = context.connection.s3_url();
            let context = format!(
                "the erasure is incomplete, because S3 at {s3} failed; run the command again"
            );
            return Err(error).context(context);
        }
    };
    print(&document(&receipt, secrets.as_ref())?.to_string())?;
    Ok(ExitStatus::Success)
}

/// Returns the receipt. With secrets, adds the exact text that is signed, and the headers with which
/// a library for Standard Webhooks verifies it.
fn document(receipt: &ErasureReceipt, secrets: Option<&SigningSecrets>) -> anyhow::Result<Value> {
    let mut document = json!({ "receipt": receipt });
    if let Some(secrets) = secrets {
        let body = serde_json::to_string(receipt)?;
        let id = format!("erasure_{}", UploadId::generate());
        let now = receipt.finished_at.unix_timestamp();
        let headers: BTreeMap<_, _> = secrets.headers(&id, now, &body).into();
        document["signed"] = json!({ "body": body, "headers": headers });
    }
    Ok(document)
}
