//! Finding out why a message is among the dead letters.

use darkroom_cloud::{Bucket, CloudError, Message, S3Bucket};
use darkroom_contract::{Manifest, Notification, ObjectEvent, Outcome, Profiles, RawKey};

use crate::dead_letter::{Epitaph, Reason};
use crate::publish::current_manifest;

/// What is asked to find out why a message is a dead letter.
#[derive(Debug, Clone)]
pub(crate) struct Autopsy<'a> {
    pub(crate) raw: &'a S3Bucket,
    pub(crate) media: &'a S3Bucket,
    pub(crate) profiles: &'a Profiles,
}

impl Autopsy<'_> {
    /// What the worker wrote that sent it there. SQS itself writes nothing: then the message and
    /// what became of its upload have to tell.
    pub(crate) async fn of(&self, message: &Message) -> Epitaph {
        if let Some(epitaph) = Epitaph::read(&message.attributes) {
            return epitaph;
        }
        let records = match Notification::parse(&message.body) {
            Ok(Notification::Records(records)) => records,
            Ok(Notification::Test) => return Epitaph::new(Reason::NotOurs, &"a test event"),
            Err(error) => return Epitaph::new(Reason::NotUnderstood, &error),
        };
        let mut events = Vec::new();
        for record in records {
            match record {
                Ok(event) => events.push(event),
                Err(error) => return Epitaph::new(Reason::NotUnderstood, &error),
            }
        }
        let of_ours = events.iter().find_map(|event| self.ours(event));
        match of_ours {
            None => Epitaph::new(Reason::NotOurs, &"it names no upload of this service"),
            Some((event, key)) => self.of_upload(event, &key).await.unwrap_or_else(|error| {
                let detail = format!("what became of the upload is unknown: {error}");
                Epitaph::new(Reason::NeverFinished, &detail)
            }),
        }
    }

    fn ours<'e>(&self, event: &'e ObjectEvent) -> Option<(&'e ObjectEvent, RawKey)> {
        let key = RawKey::parse(&event.key).ok()?;
        (event.bucket == self.raw.name()).then_some((event, key))
    }

    async fn of_upload(&self, event: &ObjectEvent, key: &RawKey) -> Result<Epitaph, CloudError> {
        if self.profiles.get(&key.profile).is_none() {
            let detail = format!("there is no profile {}", key.profile);
            return Ok(Epitaph::new(Reason::UnknownProfile, &detail));
        }
        if let Some(manifest) = current_manifest(self.media, key).await? {
            return Ok(of_outcome(&manifest));
        }
        Ok(match self.raw.head(&event.key).await? {
            None => Epitaph::new(Reason::Gone, &"the upload was deleted"),
            Some(_) => Epitaph::new(
                Reason::NeverFinished,
                &"no worker got to an end with it: each was lost, or could not reach the store",
            ),
        })
    }
}

fn of_outcome(manifest: &Manifest) -> Epitaph {
    match &manifest.outcome {
        Outcome::Failed { error } => Epitaph::new(Reason::TriesUsedUp, &error.code),
        outcome => {
            let detail = format!("the upload has an outcome by now: {}", outcome.name());
            Epitaph::new(Reason::Settled, &detail)
        }
    }
}
