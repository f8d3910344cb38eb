//! Tests of the check on an in-memory store.

mod planted;
mod profiles;
mod races;

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use darkroom_contract::{MANIFEST_PREFIX, Notification, RawKey};
use tokio::time::Instant;

use self::planted::{GRACE, Planted, PlantedStore};
use super::*;
use crate::MemoryStore;

/// The inconsistencies, the progress reports and the final counts of a check.
struct Checked {
    found: Vec<(Inconsistency, bool)>,
    reported: Vec<FsckProgress>,
    last: FsckProgress,
}

impl Checked {
    fn planted(&self) -> BTreeSet<Planted> {
        let found = self.found.iter();
        found.map(|(it, _)| (it.code, it.key.clone())).collect()
    }
}

fn fsck(test: &MemoryStore) -> Fsck<'static> {
    Fsck {
        store: test.store.clone(),
        profile: None,
        after: None,
        repair: false,
        grace: GRACE,
        max_rate: None,
        max_waiting: None,
    }
}

async fn run(fsck: Fsck<'_>) -> Checked {
    let (mut found, mut reported) = (Vec::new(), Vec::new());
    let report = |update: FsckUpdate<'_>| match update {
        FsckUpdate::Found {
            inconsistency,
            repaired,
        } => found.push((inconsistency.clone(), repaired)),
        FsckUpdate::Progress(progress) => reported.push(progress.clone()),
    };
    let last = fsck.run(report).await.unwrap();
    Checked {
        found,
        reported,
        last,
    }
}

#[tokio::test(start_paused = true)]
async fn exactly_the_planted_inconsistencies_among_100_000_objects_are_found() {
    let planted = PlantedStore::new(26_000).await;
    let test = &planted.test;
    let manifests = test.raw.keys();
    let manifests = manifests
        .iter()
        .filter(|it| it.starts_with(MANIFEST_PREFIX));
    let (manifests, foreign) = (manifests.count() - 1, planted.foreign);
    let checked = run(fsck(test)).await;
    let expected = &planted.expected;
    assert!(checked.last.listed >= 100_000, "{:?}", checked.last);
    assert_eq!(checked.found.len(), expected.len(), "no duplicates");
    let (found, none) = (checked.planted(), Vec::<&Planted>::new());
    assert_eq!(found.difference(expected).collect::<Vec<_>>(), none);
    assert_eq!(expected.difference(&found).collect::<Vec<_>>(), none);
    let progress = &checked.last;
    assert_eq!(progress.found(), expected.len() as u64);
    assert_eq!((progress.repaired, progress.outdated), (0, 0));
    assert_eq!(progress.foreign, foreign);
    assert_eq!(progress.in_progress, planted.in_progress);
    assert_eq!(progress.failed, planted.failed);
    // Apart from the confirmation of what is wrong, each manifest is read once, and each page of
    // 1,000 objects is listed once.
    let reads = test.raw.faults().count("GetObject", "");
    assert!((manifests..=manifests + expected.len()).contains(&reads));
    let pages = test.media.faults().count("ListObjectsV2", "");
    let confirmed = 2 * expected.len() + 3 * 26_000 / 50;
    assert!(pages < 26_000 * 2 / 1000 + 10 + confirmed, "{pages}");
}

#[tokio::test(start_paused = true)]
async fn a_check_continues_after_the_last_key_of_an_earlier_one() {
    let planted = PlantedStore::new(3000).await;
    let whole = run(fsck(&planted.test)).await;
    assert!(whole.reported.len() >= 4, "{:?}", whole.reported);
    for stop in &whole.reported {
        let after = RawKey::parse(stop.last_key.as_ref().unwrap()).unwrap();
        let rest = Fsck {
            after: Some(&after),
            ..fsck(&planted.test)
        };
        let rest = run(rest).await;
        let before = usize::try_from(stop.found()).unwrap();
        assert_eq!(rest.found, whole.found[before..]);
        assert_eq!(rest.last.last_key, whole.last.last_key);
        assert_eq!(rest.last.uploads + stop.uploads, whole.last.uploads);
    }
    let unknown = RawKey {
        profile: "unknown".parse().unwrap(),
        ..MemoryStore::new_key()
    };
    let check = Fsck {
        after: Some(&unknown),
        ..fsck(&planted.test)
    };
    let error = check.run(|_| {}).await.unwrap_err();
    assert!(matches!(error, FsckError::UnknownProfile(_)), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_repair_queues_each_upload_once_and_deletes_only_what_nobody_needs() {
    let planted = PlantedStore::new(1000).await;
    let test = &planted.test;
    let media = test.media.keys();
    let repair = Fsck {
        repair: true,
        max_waiting: Some(1_000_000),
        ..fsck(test)
    };
    let repaired = run(repair).await;
    assert_eq!(repaired.planted(), planted.expected);
    assert!(repaired.found.iter().all(|(_, repaired)| *repaired));
    assert_eq!(repaired.last.unrepaired(), 0);
    let left: BTreeSet<String> = test.media.keys().into_iter().collect();
    let deleted: BTreeSet<String> = media.into_iter().filter(|it| !left.contains(it)).collect();
    let expected = repaired.found.iter().filter_map(|(it, _)| match it.repair {
        Repair::DeleteVariant => Some(vec![it.key.clone()]),
        Repair::FinishDeletion => {
            let key = it.upload.as_ref()?;
            Some(test.store.profile(&key.profile)?.variant_keys(key))
        }
        _ => None,
    });
    assert_eq!(deleted, expected.flatten().collect());
    // What is left is what the workers repair.
    let again = run(fsck(test)).await;
    let queued = again.found.iter().map(|(it, _)| {
        assert!(matches!(it.repair, Repair::Enqueue { .. }), "{it:?}");
        it.upload.as_ref().unwrap().to_string()
    });
    let queued: BTreeSet<String> = queued.collect();
    let events =
        test.events
            .bodies()
            .into_iter()
            .map(|body| match Notification::parse(&body).unwrap() {
                Notification::Records(mut records) => records.remove(0).unwrap().key,
                other => panic!("{other:?}"),
            });
    let events: Vec<String> = events.collect();
    assert_eq!(events.len(), queued.len());
    assert_eq!(events.into_iter().collect::<BTreeSet<_>>(), queued);
}

#[tokio::test(start_paused = true)]
async fn a_check_sends_no_more_requests_per_second_than_allowed() {
    let planted = PlantedStore::new(500).await;
    let check = Fsck {
        max_rate: NonZeroU32::new(50),
        ..fsck(&planted.test)
    };
    let started_at = Instant::now();
    run(check).await;
    let took = started_at.elapsed().as_secs();
    let reads = planted.test.raw.faults().count("GetObject", "") as u64;
    assert!(took >= reads / 50, "{took} s for {reads} requests");
}
