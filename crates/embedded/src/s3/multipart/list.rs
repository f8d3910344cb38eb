//! The listing of uploads that are neither completed nor aborted.

use std::cmp::Ordering;
use std::fs;
use std::io;

use time::OffsetDateTime;
use uuid::Uuid;

use super::upload::{DESCRIPTION_FILE, Description};
use crate::s3::bucket::Bucket;

/// An upload in a listing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) id: String,
    pub(crate) created: OffsetDateTime,
}

/// The parameters of a page of uploads.
#[derive(Debug, Default)]
pub(crate) struct Query<'a> {
    pub(crate) prefix: &'a str,
    /// The delimiter. If it is empty, there are no common prefixes.
    pub(crate) delimiter: &'a str,
    /// The last key of the previous page.
    pub(crate) key_marker: &'a str,
    /// The last id of the previous page. If it is `None`, all uploads of `key_marker` are skipped.
    pub(crate) id_marker: Option<&'a str>,
    pub(crate) max: usize,
}

/// One page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) uploads: Vec<Entry>,
    pub(crate) common_prefixes: Vec<String>,
    /// The key marker and the id marker of the next page, if there is one.
    pub(crate) next: Option<(String, String)>,
}

/// Returns a page of the uploads to a bucket, sorted by key and then by time of creation.
pub(crate) fn list(bucket: &Bucket, query: &Query<'_>) -> io::Result<Page> {
    let mut uploads = read(bucket)?;
    uploads.sort();
    Ok(page(uploads, query))
}

fn read(bucket: &Bucket) -> io::Result<Vec<Entry>> {
    let entries = match fs::read_dir(bucket.uploads_dir()) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut uploads = Vec::new();
    for entry in entries {
        let entry = entry?;
        let id = entry.file_name().to_string_lossy().into_owned();
        // An upload may end during this loop, so its file may be missing.
        let text = fs::read(entry.path().join(DESCRIPTION_FILE)).unwrap_or_default();
        if let Ok(description) = serde_json::from_slice::<Description>(&text) {
            let created = created(&id);
            let key = description.key;
            uploads.push(Entry { key, id, created });
        }
    }
    Ok(uploads)
}

/// Returns the time in an id, which is a UUIDv7.
fn created(id: &str) -> OffsetDateTime {
    let timestamp = Uuid::try_parse(id).ok().and_then(|id| id.get_timestamp());
    let seconds = timestamp.and_then(|timestamp| i64::try_from(timestamp.to_unix().0).ok());
    let time = seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    time.unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn page(uploads: Vec<Entry>, query: &Query<'_>) -> Page {
    let mut page = Page::default();
    let mut last = None;
    for upload in uploads {
        let Some(rest) = upload.key.strip_prefix(query.prefix) else {
            continue;
        };
        let group = Some(query.delimiter).filter(|delimiter| !delimiter.is_empty());
        let group = group.and_then(|delimiter| Some(rest.find(delimiter)? + delimiter.len()));
        let group = group.map(|length| upload.key[..query.prefix.len() + length].to_owned());
        let is_known = match &group {
            Some(group) => **group <= *query.key_marker || page.common_prefixes.contains(group),
            None => is_before(&upload, query),
        };
        if is_known {
            continue;
        }
        if page.uploads.len() + page.common_prefixes.len() == query.max {
            page.next = last;
            break;
        }
        let entry = group.as_ref().unwrap_or(&upload.key);
        last = Some((entry.clone(), upload.id.clone()));
        match group {
            Some(group) => page.common_prefixes.push(group),
            None => page.uploads.push(upload),
        }
    }
    page
}

/// Returns `true` if the markers state that this upload was on an earlier page.
fn is_before(upload: &Entry, query: &Query<'_>) -> bool {
    let is_seen = |marker: &str| *upload.id <= *marker;
    match upload.key.as_str().cmp(query.key_marker) {
        Ordering::Less => true,
        Ordering::Equal => query.id_marker.is_none_or(is_seen),
        Ordering::Greater => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uploads(keys: &[&str]) -> Vec<Entry> {
        let entries = (0..).zip(keys).map(|(number, key)| Entry {
            key: (*key).to_owned(),
            id: format!("{number:032}"),
            created: OffsetDateTime::UNIX_EPOCH,
        });
        entries.collect()
    }

    fn walk(keys: &[&str], prefix: &str, delimiter: &str, max: usize) -> Vec<String> {
        let (mut entries, mut key_marker, mut id_marker) = (Vec::new(), String::new(), None);
        loop {
            let query = Query {
                prefix,
                delimiter,
                key_marker: &key_marker,
                id_marker: id_marker.as_deref(),
                max,
            };
            let page = page(uploads(keys), &query);
            assert!(page.uploads.len() + page.common_prefixes.len() <= max);
            let found = page.uploads.into_iter().map(|upload| upload.key);
            entries.extend(found.chain(page.common_prefixes));
            match page.next {
                Some((key, id)) => (key_marker, id_marker) = (key, Some(id)),
                None => return entries,
            }
        }
    }

    #[test]
    fn the_pages_contain_each_upload_once() {
        let keys = ["a", "a", "a", "b/1", "b/2", "c"];
        for max in 1..8 {
            assert_eq!(walk(&keys, "", "", max), keys);
            assert_eq!(walk(&keys, "b", "", max), ["b/1", "b/2"]);
        }
    }

    #[test]
    fn keys_with_a_common_prefix_are_one_entry() {
        for max in 1..5 {
            let mut found = walk(&["a/1", "a/2", "b", "c/1", "c/2"], "", "/", max);
            found.sort();
            assert_eq!(found, ["a/", "b", "c/"]);
        }
    }

    #[test]
    fn a_key_marker_alone_skips_all_uploads_of_the_key() {
        let query = Query {
            key_marker: "a",
            max: 10,
            ..Default::default()
        };
        let found = page(uploads(&["a", "a", "b"]), &query);
        assert_eq!(found.uploads.len(), 1);
    }
}
