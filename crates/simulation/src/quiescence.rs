//! The end of a run, when the faults stop and every upload must reach its correct state.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::CloudError;
use darkroom_contract::RawKey;
use darkroom_worker::{Backfill, DeadLetterAction, DeadLetters};
use tokio::time::{Instant, sleep};

use crate::client::MALFORMED;
use crate::erasure::{erasure, is_erasable};
use crate::invariants::{expected_status, manifest, source_etag, variants_problem};
use crate::process::Process;
use crate::registry::UploadRecord;
use crate::worker::store;
use crate::world::World;

/// The time limit for the queues to become empty. It exceeds the sum of all backoffs and the
/// longest wait for a store that is down.
const DEADLINE: Duration = Duration::from_secs(12 * 3600);
const POLL: Duration = Duration::from_secs(30);

/// Stops the faults, waits until the queues are empty, and checks every upload without lost events
/// and without dead letters. Such uploads need no operator. Then runs the operator's commands
/// (purge, redrive and backfill), and checks all uploads (invariant 9).
pub(crate) async fn reach(world: &Arc<World>) {
    stop_faults(world);
    until_idle(world).await;
    let dead_letters = world.dead_letters.bodies();
    check_uploads(world, "before repair", |record| {
        let id = record.key.id.to_string();
        let is_dead = dead_letters.iter().any(|body| body.contains(&id));
        !record.has_lost_events && !is_dead
    });
    if let Err(error) = repair(world).await {
        world.violate(format!("cannot repair: {error}"));
    }
    until_idle(world).await;
    check_uploads(world, "after repair", |_| true);
    check_statuses(world).await;
    check_orphans(world);
    check_erasure(world).await;
}

fn stop_faults(world: &World) {
    let mut state = world.state();
    state.has_faults = false;
    state.is_store_down = false;
    state.trace.add("world", format_args!("the faults stop"));
}

async fn until_idle(world: &World) {
    let deadline = Instant::now() + DEADLINE;
    while !world.events.is_empty() || !world.outcomes.is_empty() {
        if Instant::now() > deadline {
            world.violate("the queues do not become empty".to_owned());
            return;
        }
        sleep(POLL).await;
    }
    // An empty queue does not imply idle workers. A worker that lost its message may still be
    // writing.
    sleep(POLL).await;
}

/// Acts as an operator: purges malformed dead letters, redrives the others, and runs a backfill.
async fn repair(world: &Arc<World>) -> Result<(), CloudError> {
    let store = store(&Process::new(world, "operator"));
    let dead_letters = DeadLetters {
        dead_letters: Arc::new(world.dead_letters.clone()),
        events: Arc::new(world.events.clone()),
        store: store.clone(),
    };
    let all = HashSet::new();
    let mut malformed = HashSet::new();
    let list = dead_letters.apply(DeadLetterAction::List, &all, |letter| {
        if letter.keys.is_empty() {
            malformed.insert(letter.id);
        }
    });
    list.await?;
    if !malformed.is_empty() {
        let purge = dead_letters.apply(DeadLetterAction::Purge, &malformed, |_| {});
        purge.await?;
    }
    let redrive = dead_letters.apply(DeadLetterAction::Redrive, &all, |_| {});
    redrive.await?;
    until_idle(world).await;
    let backfill = Backfill {
        store,
        profile: None,
        force: false,
        dry_run: false,
        after: None,
        max_waiting: None,
    };
    backfill.run(|_| {}).await?;
    Ok(())
}

fn check_uploads(world: &World, when: &str, is_checked: impl Fn(&UploadRecord) -> bool) {
    let state = world.state();
    let checked = state.registry.records().filter(|record| is_checked(record));
    let problems = checked.filter_map(|record| problem(world, record));
    let problem = problems.into_iter().next();
    drop(state);
    if let Some(problem) = problem {
        world.violate(format!("{when}: {problem}"));
    }
}

/// Returns the problem with the final state of an upload, if there is one.
fn problem(world: &World, record: &UploadRecord) -> Option<String> {
    let id = record.key.id;
    let manifest = manifest(world, &record.key);
    let Some(etag) = source_etag(world, &record.key) else {
        let left = objects(world, &record.key);
        return (!left.is_empty()).then(|| format!("{id}: deleted, but {left:?} still exist"));
    };
    let Some(manifest) = manifest else {
        return Some(format!("{id}: there is no outcome"));
    };
    if manifest.source.etag != etag {
        return Some(format!("{id}: the outcome belongs to another object"));
    }
    let right = record.contents.get(&etag);
    let right = right.map(|content| expected_status(world, &record.key, content));
    let status = manifest.outcome.name();
    if Some(status) != right {
        return Some(format!(
            "{id}: the outcome is {status} instead of {right:?}"
        ));
    }
    if !record.delivered.contains(&manifest.outcome_id()) {
        return Some(format!("{id}: no webhook has reported the outcome"));
    }
    variants_problem(world, record, true)
}

/// Returns the keys of all objects of an upload in both buckets, except its tombstone.
fn objects(world: &World, key: &RawKey) -> Vec<String> {
    let (id, tombstone) = (key.id.to_string(), key.tombstone_key());
    let keys = world.raw.keys().into_iter().chain(world.media.keys());
    keys.filter(|key| key.contains(&id) && *key != tombstone)
        .collect()
}

/// Checks that clients get the true status: the outcome, or `deleted`.
async fn check_statuses(world: &Arc<World>) {
    let store = store(&Process::new(world, "issuer"));
    let expected = |record: &UploadRecord| {
        let status = match source_etag(world, &record.key) {
            Some(etag) => {
                let content = record.contents.get(&etag);
                content.map_or("", |content| expected_status(world, &record.key, content))
            }
            None => "deleted",
        };
        (record.key.clone(), status)
    };
    let expected: Vec<_> = world.state().registry.records().map(expected).collect();
    for (key, expected) in expected {
        let status = store.status(&key).await;
        let status = status
            .map(|status| status.name())
            .map_err(|error| error.kind);
        // An erasure removes the tombstone too. The ids of the simulation are old.
        let is_erased = is_erasable(&key) && expected == "deleted" && status == Ok("expired");
        if !is_erased && status.as_ref().ok() != Some(&expected) {
            let id = key.id;
            world.violate(format!(
                "{id}: the status is {status:?} instead of {expected}"
            ));
        }
    }
}

/// Checks that no outcome was undeliverable, and that no dead letters are left except malformed
/// messages, which a redrive cannot fix.
fn check_orphans(world: &World) {
    if !world.undeliverable.is_empty() {
        world.violate("an outcome event is a dead letter".to_owned());
    }
    let left = world.dead_letters.bodies();
    if left.iter().any(|body| body != MALFORMED) {
        world.violate(format!("dead letters are left: {left:?}"));
    }
}

/// Erases an owner, and checks that nothing of the owner is left, that all other objects are
/// unchanged, and that no worker has anything to do afterward (invariant 10).
async fn check_erasure(world: &Arc<World>) {
    let erasable = {
        let state = world.state();
        let mut keys = state.registry.records().map(|record| &record.key);
        keys.find(|key| is_erasable(key))
            .map(|key| key.owner.clone())
    };
    let Some(owner) = erasable else {
        return;
    };
    let folder = format!("/{owner}/");
    let all = || [world.raw.keys(), world.media.keys()].concat();
    let mut others = all();
    others.retain(|key| !key.contains(&folder));
    let store = store(&Process::new(world, "operator"));
    if let Err(error) = erasure(store, &owner).run().await {
        world.violate(format!("cannot erase {owner}: {error}"));
    }
    until_idle(world).await;
    let left = all();
    if left != others {
        world.violate(format!(
            "after the erasure of {owner}: {left:?} instead of {others:?}"
        ));
    }
}
