//! Events of one key in any order.

use std::time::Duration;

use darkroom_cloud::{Bucket, Queue};
use darkroom_contract::{ObjectEvent, Outcome, RawKey, notification_body};

use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::wait;

use super::workshop::{Plan, Workshop, photo};
use crate::system::DEADLINE;

const VERSIONS: usize = 5;

fn every_order() -> Vec<Vec<usize>> {
    fn extend(begun: &[usize], orders: &mut Vec<Vec<usize>>) {
        if begun.len() == VERSIONS {
            orders.push(begun.to_vec());
        }
        for next in (0..VERSIONS).filter(|next| !begun.contains(next)) {
            extend(&[begun, &[next]].concat(), orders);
        }
    }
    let mut orders = Vec::new();
    extend(&[], &mut orders);
    orders
}

fn body(shop: &Workshop, key: &RawKey, etag: &str) -> String {
    notification_body(&ObjectEvent {
        etag: Some(etag.to_owned()),
        ..ObjectEvent::created(shop.raw.name(), key.to_string())
    })
}

/// What the manifest says is what the variants are, and of the newest version.
async fn is_consistent(shop: &Workshop, key: &RawKey, newest: &str) -> u32 {
    let manifest = shop.manifest(key).await.unwrap();
    assert_eq!(manifest.source.etag, newest);
    let Outcome::Ready { variants, .. } = manifest.outcome else {
        panic!("{manifest:?}");
    };
    for variant in &variants {
        let object = shop.media.read(&variant.key, u64::MAX).await.unwrap();
        let stored = darkroom_contract::sha256_hex(&object.unwrap());
        assert_eq!(stored, variant.sha256, "variants of another version");
    }
    variants[0].width
}

#[tokio::test]
async fn two_workers_on_one_message_leave_one_right_outcome() {
    let shop = Workshop::open(Plan::default()).await;
    shop.s3.set_rules([
        Rule::on("GetObject", Fault::Latency(Duration::from_secs(1))).with_path("/raw/"),
    ]);
    let key = shop.upload().await;
    let etag = shop.raw.head(&key.to_string()).await.unwrap().unwrap().etag;
    shop.events.send(&[body(&shop, &key, &etag)]).await.unwrap();
    let _working = [shop.start().await, shop.start().await];
    shop.until_idle().await;
    assert_eq!(
        shop.s3.count("GetObject", &key.to_string()),
        2,
        "both were at it"
    );
    assert_eq!(is_consistent(&shop, &key, &etag).await, 64);
    assert_eq!(shop.made().await.len(), 3);
    shop.nothing_is_buried().await;
}

/// Whose variants are half written when its worker is lost, is written over by whoever comes next.
#[tokio::test]
async fn variants_of_a_replaced_object_do_not_stay_behind_a_lost_worker() {
    let plan = Plan {
        visibility: Duration::from_secs(3),
        ..Plan::default()
    };
    let shop = Workshop::open(plan).await;
    let key = shop.new_key();
    let lost = shop.start().await;
    shop.s3.set_rules([
        Rule::on("PutObject", Fault::Latency(Duration::from_secs(600))).with_path("/manifests/"),
    ]);
    shop.put(&key, photo(16, 8)).await;
    let written = async || shop.made().await.len() == 2;
    wait::until_async("variants of the first", DEADLINE, written)
        .await
        .unwrap();
    drop(lost);
    shop.s3.clear_rules();
    shop.put(&key, photo(40, 8)).await;
    let newest = shop.raw.head(&key.to_string()).await.unwrap().unwrap().etag;
    let _working = shop.start().await;
    shop.until_idle().await;
    assert_eq!(is_consistent(&shop, &key, &newest).await, 40);
}

/// While two workers are at it, five pictures come to each of 120 keys one after the other. Of each
/// picture the store tells in the order in which they came, and somebody else in another order for
/// every key.
#[tokio::test]
async fn the_newest_of_five_versions_wins_in_all_120_orders_with_duplicates() {
    let plan = Plan {
        places: 10,
        ..Plan::default()
    };
    let shop = Workshop::open(plan).await;
    let orders = every_order();
    assert_eq!(orders.len(), 120);
    let versions: Vec<Vec<u8>> = (1..=VERSIONS)
        .map(|version| photo(8 * version as u32, 8))
        .collect();
    let _working = [shop.start().await, shop.start().await];
    for some in orders.chunks(24) {
        let mut keys = Vec::new();
        for order in some {
            keys.push(versions_of_a_new_key(&shop, &versions, order).await);
        }
        shop.until_idle().await;
        for (key, newest) in keys {
            assert_eq!(is_consistent(&shop, &key, &newest).await, 40);
        }
    }
    shop.nothing_is_buried().await;
}

/// The key, and the entity tag of the newest.
async fn versions_of_a_new_key(
    shop: &Workshop,
    versions: &[Vec<u8>],
    told: &[usize],
) -> (RawKey, String) {
    let key = shop.new_key();
    let mut etags = Vec::new();
    for version in versions {
        shop.put(&key, version.clone()).await;
        let head = shop.raw.head(&key.to_string()).await.unwrap();
        etags.push(head.unwrap().etag);
    }
    let told = told
        .iter()
        .map(|version| body(shop, &key, &etags[*version]));
    let bodies: Vec<String> = told.collect();
    shop.events.send(&bodies).await.unwrap();
    (key, etags.pop().unwrap())
}
