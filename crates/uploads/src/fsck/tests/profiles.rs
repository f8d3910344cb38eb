//! Profiles that share a prefix, have changed it, or are not configured.

use std::collections::BTreeSet;

use darkroom_cloud::UploadOptions;
use darkroom_contract::{Profile, ProfileName, Profiles, RawKey, UploadId};
use tokio::time::advance;

use super::planted::{GRACE, HOUR};
use super::{Checked, fsck, run};
use crate::fsck::{Fsck, Inconsistency, InconsistencyCode, Repair};
use crate::testing::ready;
use crate::{MemoryStore, UploadStore, UploadStoreParts};

fn key(profile: &str) -> RawKey {
    RawKey {
        profile: profile.parse().unwrap(),
        owner: "u1".parse().unwrap(),
        id: UploadId::generate(),
    }
}

fn profiles(prefixes: &[(&str, &str)]) -> Profiles {
    let profiles = prefixes.iter().map(|(name, prefix)| {
        let profile = Profile {
            prefix: (*prefix).to_owned(),
            ..Profile::default()
        };
        (name.parse::<ProfileName>().unwrap(), profile)
    });
    profiles.collect()
}

/// Returns the same buckets with other profiles.
fn reconfigured(test: &MemoryStore, prefixes: &[(&str, &str)]) -> UploadStore {
    UploadStore::new(UploadStoreParts {
        raw: test.store.parts.raw.clone(),
        media: test.store.parts.media.clone(),
        events: test.store.parts.events.clone(),
        outcomes: test.store.parts.outcomes.clone(),
        profiles: profiles(prefixes).into(),
        cache_control: String::new(),
        upload_expiry: MemoryStore::UPLOAD_EXPIRY,
        clock: test.clock.clone(),
    })
}

/// Stores a ready upload of each profile, each with the variants of its profile.
async fn store(prefixes: &[(&str, &str)]) -> (MemoryStore, Vec<RawKey>) {
    let test = MemoryStore::new();
    let store = reconfigured(&test, prefixes);
    let keys: Vec<RawKey> = prefixes.iter().map(|(name, _)| key(name)).collect();
    for key in &keys {
        let source = test.put(key, "image");
        let variants = store.profile(&key.profile).unwrap().variant_keys(key);
        for variant in &variants {
            test.media
                .upload(variant, "x".into(), UploadOptions::default());
        }
        let manifest = ready(key, &source, &variants);
        store.write_manifest(&manifest).await.unwrap();
    }
    advance(GRACE + HOUR).await;
    (test, keys)
}

async fn check(test: &MemoryStore, prefixes: &[(&str, &str)]) -> Checked {
    let check = Fsck {
        store: reconfigured(test, prefixes),
        repair: true,
        ..fsck(test)
    };
    run(check).await
}

#[tokio::test(start_paused = true)]
async fn variants_of_profiles_that_share_a_prefix_are_no_orphans() {
    let prefixes = [("a", "x"), ("b", "x")];
    let (test, _) = store(&prefixes).await;
    let checked = check(&test, &prefixes).await;
    assert_eq!(checked.found, []);
    assert_eq!(checked.last.uploads, 2);
}

#[tokio::test(start_paused = true)]
async fn variants_of_a_profile_that_was_removed_or_has_another_prefix_are_no_orphans() {
    let (test, _) = store(&[("a", "x"), ("b", "y"), ("c", "z")]).await;
    let media = test.media.keys();
    // `b` is removed, and its prefix belongs to `d` by now. `a` and `c` have exchanged prefixes.
    let checked = check(&test, &[("a", "z"), ("c", "x"), ("d", "y")]).await;
    assert_eq!(checked.found, []);
    assert_eq!(checked.last.uploads, 3);
    assert_eq!(test.media.keys(), media);
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_cannot_be_rendered_is_left_to_a_person() {
    let (test, keys) = store(&[("a", "x"), ("b", "y")]).await;
    let media = test.media.keys();
    test.store.parts.media.delete(&media).await.unwrap();
    let raw = keys[0].to_string();
    test.store.parts.raw.delete(&[raw]).await.unwrap();
    let checked = check(&test, &[("a", "x")]).await;
    let found: BTreeSet<&str> = checked
        .found
        .iter()
        .map(|(Inconsistency { code, repair, .. }, repaired)| {
            assert_eq!(
                (*code, *repaired),
                (InconsistencyCode::MissingVariant, false)
            );
            match repair {
                Repair::Manual { advice } => *advice,
                other => panic!("{other:?}"),
            }
        })
        .collect();
    let found: Vec<&str> = found.into_iter().collect();
    let [unknown, gone] = found[..] else {
        panic!("{found:?}");
    };
    assert!(unknown.contains("not configured"), "{unknown}");
    assert!(gone.contains("raw object is gone"), "{gone}");
    assert!(test.events.is_empty());
    assert_eq!(checked.last.unrepaired(), checked.last.found());
}
