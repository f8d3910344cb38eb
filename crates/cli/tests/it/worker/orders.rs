//! Events of one key in any order.

use darkroom_contract::{EventKind, ObjectEvent, Outcome, RawKey, Sequencer, notification_body};

use super::workshop::{Plan, Workshop, photo};

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

fn body(shop: &Workshop, key: &RawKey, version: usize, etag: &str) -> String {
    notification_body(&ObjectEvent {
        kind: EventKind::Created,
        bucket: shop.raw.name().to_owned(),
        key: key.to_string(),
        size: None,
        etag: Some(etag.to_owned()),
        version_id: None,
        sequencer: Some(Sequencer::new(format!("{version:018X}"))),
        force: false,
    })
}

/// While two workers are at it, five pictures come to each of 120 keys one after the other, and the
/// events that tell of them, besides the store's own, in another order for every key, twice each.
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
    let mut keys = Vec::new();
    for order in orders {
        let key = shop.new_key();
        let mut etags = Vec::new();
        for version in &versions {
            shop.put(&key, version.clone()).await;
            let head = shop.raw.head(&key.to_string()).await.unwrap();
            etags.push(head.unwrap().etag);
        }
        let told = order.iter().flat_map(|version| [version, version]);
        let bodies: Vec<String> = told
            .map(|version| body(&shop, &key, *version, &etags[*version]))
            .collect();
        shop.events.send(&bodies).await.unwrap();
        keys.push((key, etags.pop().unwrap()));
    }
    shop.until_idle().await;
    for (key, newest) in keys {
        let manifest = shop.manifest(&key).await.unwrap();
        assert_eq!(manifest.source.etag, newest);
        let Outcome::Ready { variants, .. } = manifest.outcome else {
            panic!("{manifest:?}");
        };
        assert_eq!(variants[0].width, 40);
        for variant in variants {
            let object = shop.media.read(&variant.key, u64::MAX).await.unwrap();
            let stored = darkroom_contract::sha256_hex(&object.unwrap());
            assert_eq!(stored, variant.sha256, "variants of another version");
        }
    }
    shop.nothing_is_buried().await;
}
