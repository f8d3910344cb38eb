//! The join of all objects of a group of profiles.

use darkroom_cloud::CloudError;
use darkroom_contract::{
    MANIFEST_PREFIX, ProfileName, RAW_PREFIX, REVIEW_COPY_PREFIX, REVIEW_DECISION_PREFIX,
    TOMBSTONE_PREFIX,
};

use super::entry::Entry;
use super::group::Group;
use super::object_stream::ObjectStream;
use super::position::{ObjectKind, Position};
use crate::UploadStore;

/// The prefixes of the kinds of objects in the raw bucket.
const RAW_BUCKET: [(ObjectKind, &str); 5] = [
    (ObjectKind::Raw, RAW_PREFIX),
    (ObjectKind::Manifest, MANIFEST_PREFIX),
    (ObjectKind::Tombstone, TOMBSTONE_PREFIX),
    (ObjectKind::ReviewCopy, REVIEW_COPY_PREFIX),
    (ObjectKind::ReviewDecision, REVIEW_DECISION_PREFIX),
];

/// A merge join of sorted listings: one for each kind of object and profile.
#[derive(Debug)]
pub(super) struct Join<'a> {
    streams: Vec<(ObjectKind, &'a ProfileName, ObjectStream<'a>)>,
}

/// The number of objects that were listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ListedCounts {
    pub(super) listed: u64,
    pub(super) foreign: u64,
}

impl<'a> Join<'a> {
    /// Creates the join of all objects after `start`.
    pub(super) fn after(
        store: &'a UploadStore,
        group: &'a Group,
        start: Option<&'a Position>,
    ) -> Self {
        Self::with(store, group, |bucket, kind, base| {
            ObjectStream::after(bucket, kind, base, start)
        })
    }

    /// Returns the objects at one position.
    pub(super) async fn at(
        store: &'a UploadStore,
        group: &'a Group,
        position: &Position,
    ) -> Result<Entry, CloudError> {
        let mut join = Self::with(store, group, |bucket, kind, base| {
            ObjectStream::at(bucket, kind, base, position)
        });
        join.entry_at(position.clone()).await
    }

    fn with(
        store: &'a UploadStore,
        group: &'a Group,
        stream: impl Fn(&'a dyn darkroom_cloud::Bucket, ObjectKind, String) -> ObjectStream<'a>,
    ) -> Self {
        let mut streams = Vec::new();
        for profile in &group.profiles {
            for (kind, prefix) in RAW_BUCKET {
                let base = format!("{prefix}{profile}/");
                streams.push((kind, profile, stream(&*store.parts.raw, kind, base)));
            }
        }
        if let (Some(prefix), Some(first)) = (&group.media_prefix, group.profiles.first()) {
            let kind = ObjectKind::Variant;
            let variants = stream(&*store.parts.media, kind, prefix.clone());
            streams.push((kind, first, variants));
        }
        Self { streams }
    }

    /// Returns up to `count` entries in order. Returns fewer only at the end.
    pub(super) async fn take(&mut self, count: usize) -> Result<Vec<Entry>, CloudError> {
        let mut entries = Vec::new();
        while entries.len() < count
            && let Some(position) = self.next_position().await?
        {
            entries.push(self.entry_at(position).await?);
        }
        Ok(entries)
    }

    async fn next_position(&mut self) -> Result<Option<Position>, CloudError> {
        for (_, _, stream) in &mut self.streams {
            stream.fill().await?;
        }
        let positions = self.streams.iter();
        let first = positions.filter_map(|(_, _, stream)| stream.position());
        Ok(first.min().cloned())
    }

    async fn entry_at(&mut self, position: Position) -> Result<Entry, CloudError> {
        let mut entry = Entry::new(position);
        for (kind, profile, stream) in &mut self.streams {
            while let Some(object) = stream.next_at(&entry.position).await? {
                entry.add(*kind, profile, object);
            }
        }
        Ok(entry)
    }

    /// Returns the number of objects that were listed since the last call.
    pub(super) fn take_counts(&mut self) -> ListedCounts {
        let mut all = ListedCounts::default();
        for (_, _, stream) in &mut self.streams {
            let (listed, foreign) = stream.take_counts();
            all.listed += listed;
            all.foreign += foreign;
        }
        all
    }
}
