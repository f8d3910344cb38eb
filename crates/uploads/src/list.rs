//! Lists of an owner's uploads, in the order of their creation.

use darkroom_cloud::{CloudError, Listing};
use darkroom_contract::{ListOrder, Owner, ProfileName, RawKey, UploadEntry, UploadId, UploadList};
use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::UploadStore;

/// The maximum number of objects in a page of S3.
const MAX_KEYS: usize = 1000;
/// A page of the newest uploads is accepted if it has this many uploads, although more were
/// requested. To fill a page of almost [`MAX_KEYS`] uploads, the search would have to find a start
/// time that leaves almost exactly that many, which would take many calls.
const MIN_FOUND: usize = MAX_KEYS / 4;
/// The number of manifests that are read concurrently.
const CONCURRENT_READS: usize = 16;

/// A request for one page of an owner's uploads in one profile.
#[derive(Debug, Clone)]
pub struct ListRequest<'a> {
    /// The profile.
    pub profile: &'a ProfileName,
    /// The owner.
    pub owner: &'a Owner,
    /// The order of the uploads.
    pub order: ListOrder,
    /// The last upload of the previous page.
    pub after: Option<UploadId>,
    /// The maximum number of uploads: 1 to 1,000.
    pub limit: usize,
}

impl UploadStore {
    /// Lists an owner's uploads, without their outcomes. An upload is listed if its raw object is
    /// in the store.
    ///
    /// Usually makes one call to S3. S3 can list keys only in ascending order, so a page in the
    /// order [`ListOrder::Newest`] of an owner with more than 1,000 uploads takes several calls.
    /// Their number grows with the logarithm of the number of uploads. Such a page may have fewer
    /// uploads than requested although there are more.
    ///
    /// # Errors
    /// The error of the request to the store. S3 responds `403` to a role without `s3:ListBucket`.
    pub async fn list_uploads(&self, request: &ListRequest<'_>) -> Result<UploadList, CloudError> {
        let range = Range {
            store: self,
            prefix: RawKey::owner_prefix(request.profile, request.owner),
            after: request.after,
        };
        match request.order {
            ListOrder::Oldest => range.oldest(request.limit).await,
            ListOrder::Newest => range.newest(request.limit).await,
        }
    }

    /// Adds the outcomes of all uploads in a list, at the cost of one call to S3 for each upload.
    ///
    /// # Errors
    /// The error of the first request that failed.
    pub async fn add_outcomes(&self, list: &mut UploadList) -> Result<(), CloudError> {
        let keys: Vec<RawKey> = list.uploads.iter().map(UploadEntry::raw_key).collect();
        let outcomes: Vec<_> = stream::iter(keys)
            .map(|key| async move { self.find_manifest(&key).await })
            .buffered(CONCURRENT_READS)
            .try_collect()
            .await?;
        for (entry, outcome) in list.uploads.iter_mut().zip(outcomes) {
            entry.outcome = outcome.map(|manifest| Box::new((*manifest).clone()));
        }
        Ok(())
    }
}

/// The raw objects that remain to be listed. If the order is ascending, they are those after the
/// upload `after`. If it is descending, they are those before it, because `after` ends the previous
/// page.
struct Range<'a> {
    store: &'a UploadStore,
    prefix: String,
    /// The last upload of the previous page.
    after: Option<UploadId>,
}

/// Consecutive uploads in ascending order.
struct Window {
    uploads: Vec<UploadEntry>,
    /// The key of the last object if there may be more uploads of the range after it.
    rest: Option<String>,
    /// `true` if there may be uploads before the first one.
    has_earlier: bool,
}

impl Window {
    /// Returns the last uploads, the latest one first.
    fn last(mut self, limit: usize) -> UploadList {
        let surplus = self.uploads.len().saturating_sub(limit);
        self.uploads.drain(..surplus);
        let first = self.uploads.first().map(|upload| upload.id);
        let next = first.filter(|_| self.has_earlier || surplus > 0);
        self.uploads.reverse();
        UploadList {
            uploads: self.uploads,
            next,
        }
    }
}

impl Range<'_> {
    async fn oldest(&self, limit: usize) -> Result<UploadList, CloudError> {
        let after = self.after.map(|id| format!("{}{id}", self.prefix));
        let mut after = after.unwrap_or_default();
        let mut uploads = Vec::new();
        loop {
            let page = self.list(&after, limit - uploads.len()).await?;
            let rest = last_key(&page);
            uploads.extend(entries(&page));
            match rest {
                // Only objects that are not uploads make this loop continue.
                Some(last) if uploads.len() < limit => after = last,
                rest => {
                    let last = uploads.last().map(|upload: &UploadEntry| upload.id);
                    let next = last.filter(|_| rest.is_some());
                    return Ok(UploadList { uploads, next });
                }
            }
        }
    }

    /// Lists the latest uploads before `self.after`. If more than 1,000 uploads come before it,
    /// searches for a start time that leaves at most 1,000 uploads, but enough for a page.
    async fn newest(&self, limit: usize) -> Result<UploadList, CloudError> {
        let mut window = self.window("").await?;
        let now = self.store.clock().now().unix_timestamp_nanos() / 1_000_000;
        let now = u64::try_from(now).unwrap_or_default();
        let mut late = self.after.map_or(now, |id| id.unix_millis()) + 1;
        let mut is_end_far = false;
        while let Some(last) = window.rest.clone() {
            let early = RawKey::parse(&last).map_or(0, |key| key.id.unix_millis());
            let middle = early.midpoint(late);
            if middle <= early {
                return self.last_of_all(window, limit).await;
            }
            let start = format!("{}{}", self.prefix, UploadId::prefix_at(middle));
            let candidate = self.window(&start).await?;
            if candidate.rest.is_some() || candidate.uploads.len() >= limit.min(MIN_FOUND) {
                window = candidate;
                is_end_far = false;
                continue;
            }
            late = middle;
            if !is_end_far {
                // If at most 1,000 uploads follow the window, the search is over: the page consists
                // of the last uploads of the window and those that follow it together.
                let following = self.window(&last).await?;
                is_end_far = following.rest.is_some();
                if !is_end_far {
                    window.uploads.extend(following.uploads);
                    window.rest = None;
                }
            }
        }
        Ok(window.last(limit))
    }

    /// Continues from a window to the end of the range, page by page.
    async fn last_of_all(
        &self,
        mut window: Window,
        limit: usize,
    ) -> Result<UploadList, CloudError> {
        while let Some(last) = window.rest.take() {
            let page = self.window(&last).await?;
            window.uploads.extend(page.uploads);
            window.rest = page.rest;
            let surplus = window.uploads.len().saturating_sub(limit);
            window.uploads.drain(..surplus);
            window.has_earlier |= surplus > 0;
        }
        Ok(window.last(limit))
    }

    /// Lists up to 1,000 uploads after the key `start` and before `self.after`.
    async fn window(&self, start: &str) -> Result<Window, CloudError> {
        let page = self.list(start, MAX_KEYS).await?;
        let last = last_key(&page);
        let mut uploads = entries(&page);
        let is_before = |upload: &UploadEntry| self.after.is_none_or(|end| upload.id < end);
        let count = uploads
            .iter()
            .take_while(|upload| is_before(upload))
            .count();
        let rest = last.filter(|_| count == uploads.len());
        uploads.truncate(count);
        Ok(Window {
            uploads,
            rest,
            has_earlier: !start.is_empty(),
        })
    }

    async fn list(&self, after: &str, max_keys: usize) -> Result<Listing, CloudError> {
        let raw = &self.store.parts.raw;
        raw.list_after(&self.prefix, after, max_keys).await
    }
}

/// Returns the key of the last object of a page if there are more pages.
fn last_key(page: &Listing) -> Option<String> {
    let last = page.objects.last().filter(|_| page.next.is_some());
    last.map(|last| last.key.clone())
}

/// Returns the uploads of a page. Objects that are not uploads are left out.
fn entries(page: &Listing) -> Vec<UploadEntry> {
    let objects = page.objects.iter();
    let entries = objects.filter_map(|object| {
        let key = RawKey::parse(&object.key).ok()?;
        Some(UploadEntry::new(key, object.size))
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use bytes::Bytes;
    use darkroom_cloud::{CloudErrorKind, UploadOptions};

    use super::*;
    use crate::MemoryStore;
    use crate::testing::ready;

    /// Stores an upload of `u1` that was created at this time.
    fn put(test: &MemoryStore, unix_millis: u64, random: u64) -> UploadId {
        let id = format!(
            "{}-7000-8000-{random:012x}",
            UploadId::prefix_at(unix_millis)
        );
        let key = RawKey {
            id: id.parse().unwrap(),
            ..MemoryStore::new_key()
        };
        test.put(&key, "bytes");
        key.id
    }

    async fn list(
        test: &MemoryStore,
        order: ListOrder,
        after: Option<UploadId>,
        limit: usize,
    ) -> UploadList {
        let (profile, owner) = ("avatar".parse().unwrap(), "u1".parse().unwrap());
        let request = ListRequest {
            profile: &profile,
            owner: &owner,
            order,
            after,
            limit,
        };
        test.store.list_uploads(&request).await.unwrap()
    }

    /// Reads all pages. Returns the ids, and the largest number of calls for one page.
    async fn all(test: &MemoryStore, order: ListOrder, limit: usize) -> (Vec<UploadId>, usize) {
        let (mut ids, mut max_calls, mut after) = (Vec::new(), 0, None);
        loop {
            let calls = test.raw.faults().count("ListObjectsV2", "");
            let page = list(test, order, after, limit).await;
            max_calls = max_calls.max(test.raw.faults().count("ListObjectsV2", "") - calls);
            assert!(page.uploads.len() <= limit);
            ids.extend(page.uploads.iter().map(|upload| upload.id));
            after = page.next;
            if after.is_none() {
                return (ids, max_calls);
            }
        }
    }

    /// Lists the uploads in both orders with several limits, and compares the pages with `ids`.
    async fn check(test: &MemoryStore, ids: &BTreeSet<UploadId>, max_calls: usize) {
        for limit in [1, 7, 100, 1000] {
            if ids.len() / limit > 500 {
                continue;
            }
            let (oldest, calls) = all(test, ListOrder::Oldest, limit).await;
            assert!(oldest.iter().eq(ids.iter()), "oldest, limit {limit}");
            assert_eq!(calls, 1);
            let (newest, calls) = all(test, ListOrder::Newest, limit).await;
            assert!(newest.iter().eq(ids.iter().rev()), "newest, limit {limit}");
            assert!(calls <= max_calls, "{calls} calls, limit {limit}");
        }
    }

    #[tokio::test]
    async fn an_owner_with_few_uploads_gets_each_page_in_one_call() {
        let test = MemoryStore::new();
        check(&test, &BTreeSet::new(), 1).await;
        let ids = (0..30).map(|index| put(&test, 1_700_000_000_000 + index / 3, index));
        check(&test, &ids.collect(), 1).await;
    }

    #[tokio::test]
    async fn the_latest_of_many_uploads_are_found_in_few_calls() {
        let test = MemoryStore::new();
        // Ten years of uploads, most of them within a day.
        let rare = (0..500).map(|index| put(&test, 1_400_000_000_000 + index * 630_000_000, 0));
        let mut ids: BTreeSet<UploadId> = rare.collect();
        ids.extend((0..4000).map(|index| put(&test, 1_700_000_000_000 + index * 20_000, index)));
        check(&test, &ids, 25).await;
    }

    #[tokio::test]
    async fn uploads_of_the_same_millisecond_are_all_listed() {
        let test = MemoryStore::new();
        let ids = (0..2500).map(|index| put(&test, 1_700_000_000_000, index));
        check(&test, &ids.collect(), 50).await;
    }

    #[tokio::test]
    async fn objects_that_are_not_uploads_of_the_owner_are_left_out() {
        let test = MemoryStore::new();
        let id = put(&test, 1_700_000_000_000, 1);
        for key in [
            "raw/avatar/u1/!first",
            "raw/avatar/u1/last",
            "raw/avatar/u1/0/x",
            "raw/avatar/u10/01920000-0000-7000-8000-000000000000",
            "raw/photo/u1/01920000-0000-7000-8000-000000000000",
        ] {
            let options = UploadOptions::default();
            test.raw.upload(key, Bytes::new(), options);
        }
        for order in [ListOrder::Oldest, ListOrder::Newest] {
            assert_eq!(all(&test, order, 1).await.0, [id]);
        }
    }

    #[tokio::test]
    async fn outcomes_are_added_to_the_uploads_that_have_one() {
        let test = MemoryStore::new();
        let [first, second] = [(); 2].map(|()| MemoryStore::new_key());
        test.put(&first, "bytes");
        let manifest = ready(&second, &test.put(&second, "more bytes"), &[]);
        test.store.write_manifest(&manifest).await.unwrap();
        let mut page = list(&test, ListOrder::Oldest, None, 10).await;
        test.store.add_outcomes(&mut page).await.unwrap();
        let found = page
            .uploads
            .iter()
            .map(|upload| (upload.bytes, upload.outcome.as_deref()));
        assert!(found.eq([(5, None), (10, Some(&manifest))]));
        assert_eq!(test.raw.faults().count("GetObject", ""), 2);
        test.raw.fail(CloudErrorKind::Unavailable);
        assert!(test.store.add_outcomes(&mut page).await.is_err());
    }
}
