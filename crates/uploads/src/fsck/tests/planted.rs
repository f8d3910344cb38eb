//! A store with planted inconsistencies.

use std::collections::BTreeSet;
use std::time::Duration;

use darkroom_cloud::UploadOptions;
use darkroom_contract::{Manifest, Outcome, RawKey, UploadId};
use tokio::time::advance;

use crate::MemoryStore;
use crate::fsck::InconsistencyCode;
use crate::testing::{failed, ready};

pub(super) const HOUR: Duration = Duration::from_secs(3600);
/// The grace period of all checks in tests.
pub(super) const GRACE: Duration = Duration::from_secs(24 * 3600);

/// The SHA-256 of the file of each upload in review.
const SOURCE: &str = "00ff";

/// The code and the key of an inconsistency.
pub(super) type Planted = (InconsistencyCode, String);

/// A store with uploads of two profiles and several owners, and everything that is wrong with them.
pub(super) struct PlantedStore {
    pub(super) test: MemoryStore,
    pub(super) expected: BTreeSet<Planted>,
    pub(super) in_progress: u64,
    pub(super) failed: u64,
    pub(super) foreign: u64,
    digests: [String; 2],
}

impl PlantedStore {
    /// Stores `count` uploads. In every 50 uploads, all inconsistencies are planted. The clock must
    /// be paused.
    pub(super) async fn new(count: usize) -> Self {
        let test = MemoryStore::new();
        let digests = ["avatar", "photo"].map(|name| {
            let profile = test.store.profile(&name.parse().unwrap()).unwrap();
            profile.recipe(None).digest()
        });
        let mut planted = Self {
            test,
            expected: BTreeSet::new(),
            in_progress: 0,
            failed: 0,
            foreign: 0,
            digests,
        };
        let keys: Vec<RawKey> = (0..count).map(key).collect();
        for (index, key) in keys.iter().enumerate() {
            if index % 50 == 12 {
                planted.put(&key.tombstone_key(), "");
            }
        }
        advance(HOUR).await;
        for (index, key) in keys.iter().enumerate() {
            planted.plant(index, key);
        }
        advance(HOUR).await;
        for (index, key) in keys.iter().enumerate() {
            if index % 50 == 7 {
                planted.put(&key.tombstone_key(), "");
                planted.expect(InconsistencyCode::UnfinishedDeletion, key.tombstone_key());
            }
        }
        advance(GRACE + HOUR).await;
        planted.add_uploads_in_progress();
        planted.add_foreign_objects();
        planted
    }

    /// Stores the upload with this index, with or without an inconsistency.
    fn plant(&mut self, index: usize, key: &RawKey) {
        use InconsistencyCode as Code;
        let variants = self.variants(key);
        let old = format!("old/{}/{}.webp", key.owner, key.id);
        match index % 50 {
            1 => {
                self.test.put(key, "image");
                self.expect(Code::MissingOutcome, key.to_string());
            }
            2 => {
                self.finish(key, &variants);
                self.test.put(key, "another image");
                self.expect(Code::StaleManifest, key.manifest_key());
            }
            3 => {
                self.finish(key, &variants);
                self.put(&key.manifest_key(), "{");
                self.expect(Code::UnreadableManifest, key.manifest_key());
            }
            4 => {
                self.finish(key, &variants[..1]);
                let manifest = self.manifest(key, &variants);
                self.put_manifest(key, &manifest);
                self.expect(Code::MissingVariant, variants[1].clone());
            }
            5 => {
                self.finish(key, &variants);
                self.put_variant(&variants[0], "xx");
                self.expect(Code::DamagedVariant, variants[0].clone());
            }
            6 => self.put_orphans(&variants),
            8 | 9 => {
                self.test.put(key, "image");
                self.put_orphans(&variants);
                let manifest = failed(key, "no renderer");
                let manifest = Manifest {
                    source: self.manifest(key, &[]).source,
                    ..manifest
                };
                self.put_manifest(key, &manifest);
                self.failed += 1;
            }
            10 => {
                self.finish(key, &variants);
                let extra = variants[0].replace(".webp", "_old.webp");
                self.put_orphans(&[extra]);
            }
            11 => self.finish(key, &[variants, vec![old]].concat()),
            13 => {
                self.finish(key, &variants);
                let named = [variants, vec![old.clone()]].concat();
                let manifest = self.manifest(key, &named);
                self.put_manifest(key, &manifest);
                self.expect(Code::MissingVariant, old);
            }
            14 => {
                self.finish(key, &variants);
                let manifest = self.manifest(key, &variants);
                let id = UploadId::generate();
                self.put_manifest(key, &Manifest { id, ..manifest });
                self.expect(Code::UnreadableManifest, key.manifest_key());
            }
            15 => {
                self.put_in_review(key, &variants, variants.len());
                // The file that was approved before stays published.
                self.put_variant(&variants[0], "x");
            }
            16 => {
                self.put_in_review(key, &variants, 1);
                self.expect(Code::MissingVariant, key.review_copy_key("1"));
            }
            17 => {
                self.put_in_review(key, &variants, variants.len());
                let decision = key.review_decision_key(SOURCE);
                self.put(&decision, "{}");
                self.expect(Code::UnappliedReview, decision);
            }
            18 => {
                self.finish(key, &variants);
                self.put(&key.review_decision_key(SOURCE), "{}");
                let copy = key.review_copy_key("0");
                self.put(&copy, "x");
                self.expect(Code::OrphanedReview, copy);
            }
            19 => {
                for object in [key.review_copy_key("0"), key.review_decision_key(SOURCE)] {
                    self.put(&object, "x");
                    self.expect(Code::OrphanedReview, object);
                }
            }
            _ => self.finish(key, &variants),
        }
    }

    /// Stores an upload in review with the first `count` review copies. The digests are numbers.
    fn put_in_review(&self, key: &RawKey, variants: &[String], count: usize) {
        let mut manifest = self.manifest(key, variants);
        manifest.source.sha256 = Some(SOURCE.to_owned());
        let Outcome::Ready {
            mut variants,
            placeholder,
            perceptual_hashes,
            removed_metadata,
        } = manifest.outcome
        else {
            panic!("the manifest is ready");
        };
        for (index, variant) in variants.iter_mut().enumerate() {
            variant.sha256 = index.to_string();
            if index < count {
                self.put(&key.review_copy_key(&variant.sha256), "x");
            }
        }
        manifest.outcome = Outcome::InReview {
            variants,
            placeholder,
            perceptual_hashes,
            removed_metadata,
        };
        self.put_manifest(key, &manifest);
    }

    fn add_uploads_in_progress(&mut self) {
        let [raw_only, variants_only, deleted] = [0, 1, 2].map(key);
        self.test.put(&raw_only, "image");
        let variants = self.variants(&variants_only);
        self.test.put(&variants_only, "image");
        self.put_variant(&variants[0], "x");
        self.test.put(&deleted, "image");
        self.put(&deleted.tombstone_key(), "");
        self.in_progress += 3;
    }

    fn add_foreign_objects(&mut self) {
        let id = UploadId::generate();
        for key in ["raw/avatar/u1/notes.txt", "manifests/photo/u1/list.json"] {
            self.put(key, "x");
        }
        self.put_variant("avatars/u1/logo.svg", "x");
        self.put_variant(&format!("avatars/u1/deeper/{id}.webp"), "x");
        self.foreign += 4;
    }

    fn put_orphans(&mut self, variants: &[String]) {
        for variant in variants {
            self.put_variant(variant, "x");
            self.expect(InconsistencyCode::OrphanedVariant, variant.clone());
        }
    }

    fn variants(&self, key: &RawKey) -> Vec<String> {
        let profile = self.test.store.profile(&key.profile).unwrap();
        profile.variant_keys(key)
    }

    /// Stores a ready upload with these variants.
    fn finish(&self, key: &RawKey, variants: &[String]) {
        for variant in variants {
            self.put_variant(variant, "x");
        }
        let manifest = self.manifest(key, variants);
        self.put_manifest(key, &manifest);
    }

    /// Stores the raw object, and returns its ready manifest.
    fn manifest(&self, key: &RawKey, variants: &[String]) -> Manifest {
        let source = self.test.put(key, "image");
        let recipe = match key.profile.as_str() {
            "avatar" => &self.digests[0],
            _ => &self.digests[1],
        };
        let manifest = ready(key, &source, variants);
        assert!(matches!(manifest.outcome, Outcome::Ready { .. }));
        Manifest {
            recipe: recipe.clone(),
            ..manifest
        }
    }

    fn put_manifest(&self, key: &RawKey, manifest: &Manifest) {
        let json = serde_json::to_string(manifest).unwrap();
        self.put(&key.manifest_key(), &json);
    }

    fn put(&self, key: &str, bytes: &str) {
        let bytes = bytes.to_owned().into();
        self.test.raw.upload(key, bytes, UploadOptions::default());
    }

    fn put_variant(&self, key: &str, bytes: &str) {
        let bytes = bytes.to_owned().into();
        self.test.media.upload(key, bytes, UploadOptions::default());
    }

    fn expect(&mut self, code: InconsistencyCode, key: String) {
        self.expected.insert((code, key));
    }
}

/// Returns a new key. The owners have slashes in different places of the order of characters.
fn key(index: usize) -> RawKey {
    const OWNERS: [&str; 7] = ["u1", "u1-x", "u10", "u1_y", "U", "-", "z"];
    RawKey {
        profile: ["avatar", "photo"][index % 2].parse().unwrap(),
        owner: OWNERS[index % OWNERS.len()].parse().unwrap(),
        id: UploadId::generate(),
    }
}
