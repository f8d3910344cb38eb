//! Clients, and S3's notifications.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use darkroom_cloud::{Bucket, Queue, UploadOptions};
use darkroom_contract::{ObjectEvent, Owner, RawKey, UploadId, notification_body};
use darkroom_uploads::QuotaError;
use tokio::time::{Instant, sleep};

use crate::erasure::{ERASABLE_OWNER, erasure, is_erasable};
use crate::issuers::{Issuer, Issuers, RETRY_PAUSE};
use crate::profiles::{REVIEWED_PROFILE, is_reviewed};
use crate::quota;
use crate::reviewer::review;
use crate::worker::URL_EXPIRY;
use crate::world::World;

/// The longest pause between two actions of a client.
const MAX_PAUSE: Duration = Duration::from_secs(90);
/// The longest delay of a notification.
const MAX_EVENT_DELAY: Duration = Duration::from_secs(60);
const MAX_ACTIONS: u64 = 4;
/// The size of a file in the request for its URL.
const CONTENT_BYTES: u64 = 32;
/// A message body that is not a notification.
pub(crate) const MALFORMED: &str = "malformed";

/// Runs the script of one client. The client requests a URL, uploads an object and then takes random
/// actions: it uploads again, deletes the upload, reports that it is complete, or reads its status,
/// or a reviewer decides about it. It may also send a malformed message to the queue, or ask the
/// operator to erase its owner.
pub(crate) async fn run(issuers: Arc<Issuers>, number: u64) {
    let Some(key) = key(number) else {
        return;
    };
    let world = &issuers.world;
    let name = format!("client.{number}");
    sleep(world.draw_duration(MAX_PAUSE)).await;
    let mut url = None;
    upload(&issuers, &name, &key, &mut url).await;
    for _ in 0..world.draw(MAX_ACTIONS) {
        sleep(world.draw_duration(MAX_PAUSE)).await;
        match world.draw(14) {
            0..3 => upload(&issuers, &name, &key, &mut url).await,
            3..6 => delete(&issuers, &name, &key).await,
            6 => complete(&issuers, &name, &key).await,
            7 => send_malformed(world, &name).await,
            8 if is_erasable(&key) => erase(&issuers, &name, &key.owner).await,
            9..13 if is_reviewed(&key) => review(&issuers, &name, &key).await,
            _ => read_status(&issuers, &name, &key).await,
        }
    }
}

/// Returns a key with an id that depends only on the number. The keys therefore have the same order
/// in every run of a seed.
fn key(number: u64) -> Option<RawKey> {
    let id: UploadId = format!("01920000-0000-7000-8000-{number:012x}")
        .parse()
        .ok()?;
    let owner = if number % 3 == 2 {
        ERASABLE_OWNER
    } else {
        "u1"
    };
    let profile = if number % 2 == 1 {
        REVIEWED_PROFILE
    } else {
        "avatar"
    };
    Some(RawKey {
        profile: profile.parse().ok()?,
        owner: owner.parse().ok()?,
        id,
    })
}

/// Uploads an object. Requests a URL first, unless the client has one that is valid. `url` is the
/// end of its validity. Does nothing if there is no URL.
async fn upload(issuers: &Issuers, name: &str, key: &RawKey, url: &mut Option<Instant>) {
    let world = &issuers.world;
    if world.quota.is_some() && url.is_none_or(|until| until < Instant::now()) {
        *url = request_url(issuers, name, key).await;
        sleep(world.draw_duration(MAX_PAUSE)).await;
    }
    if world.quota.is_none() || url.is_some_and(|until| until >= Instant::now()) {
        put(world, name, key).await;
    }
}

/// Requests a URL, as `POST /v1/uploads` does. Returns the end of its validity, or `None` if the
/// issuer refuses or fails.
async fn request_url(issuers: &Issuers, name: &str, key: &RawKey) -> Option<Instant> {
    let world = &issuers.world;
    let issuer = issuers.pick();
    let requested_at = Instant::now();
    let uploads = [(key.id, CONTENT_BYTES)];
    let reserved = tokio::select! {
        biased;
        () = issuer.process.crashed() => None,
        reserved = issuer.store.reserve(&key.profile, &key.owner, &uploads) => Some(reserved),
    };
    let refusal = match reserved {
        Some(Ok(reservation)) => {
            reservation.keep(URL_EXPIRY);
            let mut state = world.state();
            return Some(state.grants.add(key, issuer.number, requested_at));
        }
        Some(Err(QuotaError::Exceeded(excess))) => format!("{} used", excess.used),
        Some(Err(QuotaError::Cloud(_))) | None => "failure".to_owned(),
    };
    world.trace(name, format_args!("gets no URL for {key}: {refusal}"));
    None
}

/// PUTs an object, and sends the notification that S3 would send.
async fn put(world: &Arc<World>, name: &str, key: &RawKey) {
    let kind = if world.draw(6) == 0 { "bad" } else { "image" };
    let content = Bytes::from(format!("{kind} {}", world.draw(u64::MAX)));
    let object_key = key.to_string();
    let info = {
        let mut state = world.state();
        let options = UploadOptions::default();
        let info = world.raw.upload(&object_key, content.clone(), options);
        state.registry.add(key, info.etag.clone(), content);
        info
    };
    world.trace(
        name,
        format_args!("uploads {kind} {object_key} {}", info.etag),
    );
    quota::check(world, key);
    let event = ObjectEvent {
        size: Some(info.size),
        etag: Some(info.etag),
        ..ObjectEvent::created(world.raw.name(), object_key)
    };
    notify(world, name, key, &event).await;
}

/// Queues the event of an object after a delay. The event may also be duplicated or lost.
async fn notify(world: &World, name: &str, key: &RawKey, event: &ObjectEvent) {
    if world.happens(world.rates.lost) {
        world.trace(name, format_args!("event lost"));
        if let Some(record) = world.state().registry.get_mut(key.id) {
            record.has_lost_events = true;
        }
        return;
    }
    let copies = 1 + u64::from(world.happens(world.rates.duplicate));
    let body = notification_body(event);
    for _ in 0..copies {
        let delay = world.draw_duration(MAX_EVENT_DELAY);
        // The in-memory queue accepts every message.
        let _ = world.events.send_delayed(&body, delay).await;
    }
}

/// Repeats the DELETE of the upload until an issuer confirms it.
async fn delete(issuers: &Issuers, name: &str, key: &RawKey) {
    let world = &issuers.world;
    world.trace(name, format_args!("deletes {key}"));
    if let Some(record) = world.state().registry.get_mut(key.id) {
        record.is_deletion_requested = true;
    }
    loop {
        let Issuer { process, store, .. } = issuers.pick();
        let deleted = tokio::select! {
            biased;
            () = process.crashed() => false,
            deleted = store.delete(key) => deleted.is_ok(),
        };
        if deleted {
            world.trace(name, format_args!("has deleted {key}"));
            return;
        }
        sleep(RETRY_PAUSE).await;
    }
}

/// Repeats the erasure of an owner until it succeeds.
async fn erase(issuers: &Issuers, name: &str, owner: &Owner) {
    let world = &issuers.world;
    world.trace(name, format_args!("erases {owner}"));
    loop {
        let Issuer { process, store, .. } = issuers.pick();
        let erasure = erasure(store, owner);
        let erased = tokio::select! {
            biased;
            () = process.crashed() => false,
            erased = erasure.run() => erased.is_ok(),
        };
        if erased {
            world.trace(name, format_args!("has erased {owner}"));
            return;
        }
        sleep(RETRY_PAUSE).await;
    }
}

/// Reports once that the upload is complete.
async fn complete(issuers: &Issuers, name: &str, key: &RawKey) {
    let world = &issuers.world;
    world.trace(name, format_args!("completes {key}"));
    let Issuer { process, store, .. } = issuers.pick();
    let completed = async {
        if let Ok(Some(info)) = store.source_info(key).await {
            let event = store.event(key, Some((&info).into()), false);
            let _ = store.requeue(&[event]).await;
        }
    };
    tokio::select! {
        biased;
        () = process.crashed() => {}
        () = completed => {}
    }
}

async fn read_status(issuers: &Issuers, name: &str, key: &RawKey) {
    let world = &issuers.world;
    let Issuer { process, store, .. } = issuers.pick();
    let status = tokio::select! {
        biased;
        () = process.crashed() => "unknown",
        status = store.status(key) => status.map_or("unknown", |status| status.name()),
    };
    world.trace(name, format_args!("reads that {key} is {status}"));
}

async fn send_malformed(world: &World, name: &str) {
    world.trace(name, format_args!("sends a malformed message"));
    let _ = world.events.send(&[MALFORMED.to_owned()]).await;
}
