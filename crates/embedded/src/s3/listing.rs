//! Pages of the keys in a bucket.

use std::ops::Bound;
use std::sync::Arc;

use s3s::{S3Result, s3_error};

use super::attributes::Attributes;
use super::bucket::Index;

/// S3's limit on the number of entries of a page.
const MAX_KEYS: i32 = 1000;

/// The parameters of a page.
#[derive(Debug, Default)]
pub(crate) struct Query<'a> {
    pub(crate) prefix: &'a str,
    /// The delimiter, or an empty string for none. Keys that are equal up to the first delimiter
    /// after the prefix form one entry.
    pub(crate) delimiter: &'a str,
    /// The entry after which the page begins, in byte order.
    pub(crate) after: &'a str,
    pub(crate) max_keys: usize,
}

/// One page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) objects: Vec<Arc<Attributes>>,
    pub(crate) common_prefixes: Vec<String>,
    /// The last entry of the page, if more follow.
    pub(crate) next_after: Option<String>,
}

/// Returns the size of a page for a request's `max-keys`, `max-uploads` or `max-parts`.
pub(crate) fn page_size(max: Option<i32>) -> S3Result<usize> {
    let entries = max.unwrap_or(MAX_KEYS).min(MAX_KEYS);
    let negative = |_| s3_error!(InvalidArgument, "The size of a page must not be negative");
    usize::try_from(entries).map_err(negative)
}

/// Returns one page of `index`.
pub(crate) fn page(index: &Index, query: &Query<'_>) -> Page {
    let mut page = Page::default();
    if query.max_keys == 0 {
        return page;
    }
    let start = if query.after >= query.prefix {
        Bound::Excluded(query.after)
    } else {
        Bound::Included(query.prefix)
    };
    let mut last = String::new();
    for (key, object) in index.range::<str, _>((start, Bound::Unbounded)) {
        let Some(rest) = key.strip_prefix(query.prefix) else {
            break;
        };
        let group = common_prefix(query, rest).map(|length| &key[..query.prefix.len() + length]);
        let entry = group.unwrap_or(key);
        // The common prefix of this key is already on this page, or was on the previous page.
        if group.is_some() && (entry == last || entry <= query.after) {
            continue;
        }
        if page.objects.len() + page.common_prefixes.len() == query.max_keys {
            page.next_after = Some(last);
            break;
        }
        match group {
            Some(group) => page.common_prefixes.push(group.into()),
            None => page.objects.push(Arc::clone(object)),
        }
        last = entry.into();
    }
    page
}

fn common_prefix(query: &Query<'_>, rest: &str) -> Option<usize> {
    if query.delimiter.is_empty() {
        return None;
    }
    rest.find(query.delimiter)
        .map(|at| at + query.delimiter.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(keys: impl IntoIterator<Item = impl Into<String>>) -> Index {
        let object = |key: String| {
            let attributes = Attributes::example(&key);
            (key, Arc::new(attributes))
        };
        keys.into_iter().map(Into::into).map(object).collect()
    }

    fn walk(index: &Index, prefix: &str, delimiter: &str, max_keys: usize) -> (Vec<String>, usize) {
        let (mut entries, mut pages, mut after) = (Vec::new(), 0, String::new());
        loop {
            let page = page(
                index,
                &Query {
                    prefix,
                    delimiter,
                    after: &after,
                    max_keys,
                },
            );
            assert!(page.objects.len() + page.common_prefixes.len() <= max_keys);
            let mut found: Vec<_> = page
                .objects
                .iter()
                .map(|object| object.key.clone())
                .collect();
            found.extend(page.common_prefixes);
            found.sort();
            entries.extend(found);
            pages += 1;
            match page.next_after {
                Some(next) => after = next,
                None => return (entries, pages),
            }
        }
    }

    #[test]
    fn the_pages_contain_each_key_once_and_in_order() {
        let keys: Vec<_> = (0..5_000)
            .map(|n| format!("raw/avatar/u{}/{n:05}", n % 7))
            .collect();
        let mut expected = keys;
        expected.extend(["other/1".to_owned(), "raw".to_owned(), "raw0".to_owned()]);
        let index = index(expected.clone());
        expected.retain(|key| key.starts_with("raw/"));
        expected.sort();
        for max_keys in [1, 7, 999, 1000, 5_000] {
            let (entries, pages) = walk(&index, "raw/", "", max_keys);
            assert_eq!(entries, expected);
            assert_eq!(pages, expected.len().div_ceil(max_keys));
        }
    }

    #[test]
    fn a_page_with_exactly_the_remaining_keys_is_the_last() {
        let found = page(
            &index(["a", "b"]),
            &Query {
                max_keys: 2,
                ..Default::default()
            },
        );
        assert_eq!(found.next_after, None);
    }

    #[test]
    fn keys_with_a_common_prefix_are_one_entry_across_pages() {
        let index = index(["a/1", "a/2", "b", "c/1/x", "c/1/y", "c/2", "d"]);
        for max_keys in 1..5 {
            assert_eq!(walk(&index, "", "/", max_keys).0, ["a/", "b", "c/", "d"]);
        }
        assert_eq!(walk(&index, "c/", "/", 1).0, ["c/1/", "c/2"]);
    }

    #[test]
    fn a_start_before_the_prefix_skips_no_key() {
        let index = index(["a/1", "b/1", "b/2"]);
        let found = page(
            &index,
            &Query {
                prefix: "b/",
                after: "a",
                max_keys: 10,
                ..Default::default()
            },
        );
        assert_eq!(found.objects.len(), 2);
    }
}
