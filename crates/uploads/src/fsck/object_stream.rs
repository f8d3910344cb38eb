//! The objects of one kind in the order of their positions.

use std::collections::VecDeque;

use darkroom_cloud::{Bucket, CloudError, ListedObject};

use super::position::{ObjectKind, Position};

/// The maximum number of objects in a page of S3.
const PAGE: usize = 1000;

/// The objects below a prefix, listed page by page. Holds one page at most.
#[derive(Debug)]
pub(super) struct ObjectStream<'a> {
    bucket: &'a dyn Bucket,
    kind: ObjectKind,
    /// The part of the keys before their positions.
    base: String,
    /// The prefix of the listing.
    prefix: String,
    /// The last position of an earlier run.
    start: Option<&'a Position>,
    page: VecDeque<(Position, ListedObject)>,
    /// The key after which the next page begins, or `None` if there are no more pages.
    after: Option<String>,
    listed: u64,
    foreign: u64,
}

impl<'a> ObjectStream<'a> {
    /// Creates a stream of all objects after `start`. `base` is the part of the keys before their
    /// positions.
    pub(super) fn after(
        bucket: &'a dyn Bucket,
        kind: ObjectKind,
        base: String,
        start: Option<&'a Position>,
    ) -> Self {
        let after = start.map(|start| format!("{base}{}", start.text()));
        Self {
            bucket,
            kind,
            prefix: base.clone(),
            base,
            start,
            page: VecDeque::new(),
            after: Some(after.unwrap_or_default()),
            listed: 0,
            foreign: 0,
        }
    }

    /// Creates a stream of the objects at one position.
    pub(super) fn at(
        bucket: &'a dyn Bucket,
        kind: ObjectKind,
        base: String,
        position: &Position,
    ) -> Self {
        let prefix = format!("{base}{}", position.text());
        Self {
            prefix,
            ..Self::after(bucket, kind, base, None)
        }
    }

    /// Lists pages until there is a next object, or there are no more pages.
    pub(super) async fn fill(&mut self) -> Result<(), CloudError> {
        while self.page.is_empty()
            && let Some(after) = self.after.take()
        {
            let listing = self.bucket.list_after(&self.prefix, &after, PAGE).await?;
            self.after = listing.next;
            for object in listing.objects {
                self.add(object);
            }
        }
        Ok(())
    }

    fn add(&mut self, object: ListedObject) {
        let rest = object.key.strip_prefix(&self.base).unwrap_or_default();
        match Position::parse(self.kind, rest) {
            Some(position) if self.start.is_none_or(|start| position > *start) => {
                self.listed += 1;
                self.page.push_back((position, object));
            }
            Some(_) => {}
            None => {
                self.listed += 1;
                self.foreign += 1;
            }
        }
    }

    /// Returns the position of the next object on the page.
    pub(super) fn position(&self) -> Option<&Position> {
        self.page.front().map(|(position, _)| position)
    }

    /// Returns the next object if it is at this position.
    pub(super) async fn next_at(
        &mut self,
        position: &Position,
    ) -> Result<Option<ListedObject>, CloudError> {
        self.fill().await?;
        let next = self.page.pop_front_if(|(next, _)| next == position);
        Ok(next.map(|(_, object)| object))
    }

    /// Returns the number of objects that were listed since the last call, and the number of those
    /// that are not of this kind.
    pub(super) fn take_counts(&mut self) -> (u64, u64) {
        let counts = (self.listed, self.foreign);
        (self.listed, self.foreign) = (0, 0);
        counts
    }
}
