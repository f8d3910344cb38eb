//! Telling the client that nothing will come.

use std::collections::BTreeMap;

use darkroom_cloud::{Bucket, CloudError};
use darkroom_contract::{Manifest, ManifestSource, ObjectEvent, Outcome, OutcomeError, RawKey};

use crate::delivery::Delivery;
use crate::publish;
use crate::report::report;
use crate::settle::{SettleError, Studio};
use crate::upload::now;

impl Studio {
    /// Writes a `failed` manifest when the last try has failed. An outcome that is there, of
    /// another recipe say, or of another worker a moment ago, is better than that and stays.
    pub(crate) async fn give_up(
        &self,
        event: &ObjectEvent,
        delivery: &Delivery,
        error: &SettleError,
    ) -> Result<(), CloudError> {
        let Ok(key) = RawKey::parse(&event.key) else {
            return Ok(());
        };
        let manifest = failure(event, &key, error);
        let is_written = publish::first_manifest(&self.media, &manifest).await?;
        if is_written {
            report(&manifest, delivery);
        }
        // Somebody who deletes the upload removes the raw object first. Of what is gone nobody
        // wants to hear that it failed, and no try is left that could clear up.
        match self.raw.head(&event.key).await {
            Ok(Some(_)) if is_written => self.outbox.announce(&manifest).await,
            Ok(Some(_)) => Ok(()),
            Ok(None) => self.remove(&key, None).await,
            Err(error) => {
                tracing::warn!(%key, %error, "whether the upload was deleted is unknown");
                Ok(())
            }
        }
    }
}

fn failure(event: &ObjectEvent, key: &RawKey, error: &SettleError) -> Manifest {
    Manifest {
        version: Manifest::VERSION,
        id: key.id,
        outcome: Outcome::Failed {
            error: OutcomeError {
                code: error.code().to_owned(),
                message: "the upload could not be processed, through no fault of its own"
                    .to_owned(),
            },
        },
        source: ManifestSource {
            bucket: event.bucket.clone(),
            key: event.key.clone(),
            etag: event.etag.clone().unwrap_or_default(),
            version_id: event.version_id.clone(),
            bytes: event.size.unwrap_or_default(),
            sha256: None,
            image: None,
        },
        metadata: BTreeMap::new(),
        crop: None,
        notes: Vec::new(),
        recipe: String::new(),
        finished_at: now(),
        render_ms: 0,
        profile: key.profile.clone(),
        owner: key.owner.clone(),
    }
}
