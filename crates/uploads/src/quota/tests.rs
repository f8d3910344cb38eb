//! Quotas on an in-memory store.

use std::time::Duration;

use bytesize::ByteSize;
use darkroom_cloud::CloudErrorKind;
use darkroom_contract::{Profile, QuotaExcess, QuotaName, RawKey, UploadId, Usage};
use futures_util::future::join_all;
use tokio::time::advance;

use super::Reservation;
use super::reservation::RESERVATION_GRACE;
use super::reserve::QuotaError;
use crate::{MemoryStore, UploadStore};

const EXPIRY: Duration = MemoryStore::UPLOAD_EXPIRY;
const LIST: &str = "ListObjectsV2";

/// Creates a store whose profile `avatar` has these quotas.
fn store(uploads: Option<u64>, bytes: Option<u64>) -> MemoryStore {
    let profile = Profile {
        prefix: "avatars".to_owned(),
        quota_uploads: uploads,
        quota_bytes: bytes.map(ByteSize::b),
        ..Profile::default()
    };
    MemoryStore::with_profiles([("avatar".parse().unwrap(), profile)].into_iter().collect())
}

/// Returns the store as another process sees it.
fn other_process(test: &MemoryStore) -> UploadStore {
    UploadStore {
        quotas: std::sync::Arc::default(),
        ..test.store.clone()
    }
}

async fn reserve(
    store: &UploadStore,
    keys: &[RawKey],
    bytes: u64,
) -> Result<Reservation, QuotaError> {
    let uploads: Vec<_> = keys.iter().map(|key| (key.id, bytes)).collect();
    store
        .reserve(&keys[0].profile, &keys[0].owner, &uploads)
        .await
}

/// Hands out the URL of a new upload.
async fn issue(store: &UploadStore, bytes: u64) -> Result<RawKey, QuotaExcess> {
    let key = MemoryStore::new_key();
    match reserve(store, std::slice::from_ref(&key), bytes).await {
        Ok(reservation) => {
            reservation.keep(EXPIRY);
            Ok(key)
        }
        Err(QuotaError::Exceeded(excess)) => Err(excess),
        Err(QuotaError::Cloud(error)) => panic!("{error}"),
    }
}

/// Stores uploads that are too old for a URL.
fn put_old(test: &MemoryStore, count: u64) -> Vec<RawKey> {
    let key = |index: u64| RawKey {
        id: format!(
            "{}-7000-8000-{index:012x}",
            UploadId::prefix_at(1_700_000_000_000)
        )
        .parse()
        .unwrap(),
        ..MemoryStore::new_key()
    };
    let keys: Vec<_> = (0..count).map(key).collect();
    for key in &keys {
        test.put(key, "bytes");
    }
    keys
}

fn lists(test: &MemoryStore) -> usize {
    test.raw.faults().count(LIST, "")
}

#[tokio::test(start_paused = true)]
async fn urls_and_files_count_once_and_the_refusal_has_the_numbers() {
    let test = store(Some(3), Some(100));
    let first = issue(&test.store, 40).await.unwrap();
    test.put(&first, "only a few bytes");
    issue(&test.store, 40).await.unwrap();
    let excess = issue(&test.store, 21).await.unwrap_err();
    let expected = QuotaExcess {
        name: QuotaName::QuotaBytes,
        limit: 100,
        used: 80,
        requested: 21,
    };
    assert_eq!(excess, expected);
    issue(&test.store, 20).await.unwrap();
    let excess = issue(&test.store, 0).await.unwrap_err();
    assert_eq!((excess.name, excess.used), (QuotaName::QuotaUploads, 3));
    // Each request has made one call.
    assert_eq!(lists(&test), 5);
}

#[tokio::test(start_paused = true)]
async fn a_url_counts_until_it_has_expired_even_if_its_upload_was_deleted() {
    let test = store(Some(1), None);
    let key = issue(&test.store, 5).await.unwrap();
    test.put(&key, "bytes");
    test.store.delete(&key).await.unwrap();
    advance(EXPIRY + RESERVATION_GRACE).await;
    // The client may have used the URL again.
    assert!(issue(&test.store, 5).await.is_err());
    advance(Duration::from_secs(1)).await;
    let key = issue(&test.store, 5).await.unwrap();
    test.put(&key, "bytes");
    advance(EXPIRY + 2 * RESERVATION_GRACE).await;
    assert!(issue(&test.store, 5).await.is_err());
    test.store.delete(&key).await.unwrap();
    issue(&test.store, 5).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_reservation_that_is_not_kept_ends_and_is_all_or_nothing() {
    let test = store(Some(2), None);
    let keys = [(); 3].map(|()| MemoryStore::new_key());
    assert!(reserve(&test.store, &keys, 5).await.is_err());
    let reservation = reserve(&test.store, &keys[..2], 5).await.unwrap();
    assert!(issue(&test.store, 5).await.is_err());
    drop(reservation);
    advance(Duration::from_millis(1)).await;
    for _ in 0..2 {
        issue(&test.store, 5).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_larger_than_its_reservation_counts_in_full() {
    let test = store(None, Some(100));
    let key = issue(&test.store, 10).await.unwrap();
    test.put(&key, vec![0; 60]);
    assert_eq!(issue(&test.store, 41).await.unwrap_err().used, 60);
    let usage = test.store.usage(&key.profile, &key.owner).await.unwrap();
    assert_eq!(
        usage,
        Usage {
            uploads: 1,
            bytes: 60
        }
    );
}

/// The documented bound: the URLs that other processes have handed out, and that are valid.
#[tokio::test(start_paused = true)]
async fn two_processes_exceed_a_quota_by_at_most_their_urls_and_never_after_the_files_arrived() {
    let test = store(Some(3), None);
    let other = other_process(&test);
    let mut keys = Vec::new();
    for store in [&test.store, &other] {
        for _ in 0..3 {
            keys.push(issue(store, 5).await.unwrap());
        }
        assert!(issue(store, 5).await.is_err());
    }
    for key in &keys {
        test.put(key, "bytes");
    }
    let restarted = other_process(&test);
    for store in [&test.store, &other, &restarted] {
        assert_eq!(issue(store, 5).await.unwrap_err().used, 6);
    }
    // A process that has crashed knows all files from the listing.
    test.store.delete(&keys[0]).await.unwrap();
    assert_eq!(issue(&restarted, 5).await.unwrap_err().used, 5);
}

#[tokio::test(start_paused = true)]
async fn an_owner_with_many_uploads_costs_one_call_until_a_request_is_refused() {
    let test = store(Some(2503), None);
    let old = put_old(&test, 2500);
    let calls = async |result: bool| {
        let before = lists(&test);
        assert_eq!(issue(&test.store, 5).await.is_ok(), result);
        lists(&test) - before
    };
    assert_eq!(calls(true).await, 3);
    assert_eq!(calls(true).await, 1);
    // The first of the old uploads is deleted, which only a listing of all shows.
    test.store.delete(&old[0]).await.unwrap();
    assert_eq!(calls(true).await, 1);
    assert_eq!(calls(true).await, 1 + 3);
    assert_eq!(calls(false).await, 1 + 3);
    advance(Duration::from_secs(600)).await;
    assert_eq!(calls(false).await, 3);
}

#[tokio::test(start_paused = true)]
async fn concurrent_requests_share_a_listing_and_never_exceed_the_quota() {
    let test = store(Some(20), None);
    test.raw.faults().delay(LIST, "", Duration::from_secs(1));
    let results = join_all((0..50).map(|_| issue(&test.store, 5))).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 20);
    let counted = lists(&test);
    assert!(counted <= 2, "{counted} listings");
}

#[tokio::test(start_paused = true)]
async fn concurrent_requests_share_a_failure() {
    let test = store(Some(20), None);
    test.raw.faults().delay(LIST, "", Duration::from_secs(1));
    let keys = [(); 50].map(|()| MemoryStore::new_key());
    let requests = keys.iter().map(std::slice::from_ref);
    let requests = join_all(requests.map(|key| reserve(&test.store, key, 5)));
    let outage = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let unavailable = CloudErrorKind::Unavailable;
        test.raw.faults().fail(LIST, "", unavailable);
    };
    let (results, ()) = tokio::join!(requests, outage);
    let failed = |result: &&Result<_, _>| matches!(result, Err(QuotaError::Cloud(_)));
    assert_eq!(results.iter().filter(failed).count(), 49);
    assert_eq!(lists(&test), 2);
    test.raw.succeed();
    issue(&test.store, 5).await.unwrap();
}

#[tokio::test]
async fn a_profile_without_a_quota_costs_no_call() {
    let test = store(None, None);
    issue(&test.store, u64::MAX).await.unwrap();
    assert_eq!(lists(&test), 0);
    assert_eq!(test.store.quotas.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn owners_without_reservations_take_no_memory() {
    let test = store(Some(1), None);
    let profile = MemoryStore::new_key().profile;
    for round in 0..3 {
        for number in 0..1500 {
            let owner = format!("u{round}-{number}").parse().unwrap();
            let upload = [(UploadId::generate(), 5)];
            let reservation = test.store.reserve(&profile, &owner, &upload).await.unwrap();
            reservation.keep(EXPIRY);
        }
        advance(EXPIRY + 2 * RESERVATION_GRACE).await;
    }
    let owners = test.store.quotas.len();
    assert!(owners <= 1500 + 1024, "{owners} owners");
}
