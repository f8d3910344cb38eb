//! The bytes of an object that a read requests: all bytes, a range, or one uploaded part.

use std::ops;

use http::{HeaderMap, StatusCode, header};
use s3s::dto::{Range, Timestamp, TimestampFormat};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use super::attributes::Attributes;

/// The parameters of a request that select the bytes.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    range: Option<Range>,
    /// `If-Range`: the range applies only if the object still has this ETag or date.
    if_range: Option<String>,
    part_number: Option<i32>,
}

/// The bytes that a response contains.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Selected {
    pub(crate) range: ops::Range<u64>,
    /// `true` if the response contains a range, or a part that is not empty.
    pub(crate) is_partial: bool,
    /// The number of parts of the object, if the request selects one of its parts.
    pub(crate) parts_count: Option<i32>,
}

impl Selection {
    pub(crate) fn new(range: Option<Range>, part_number: Option<i32>, headers: &HeaderMap) -> Self {
        let if_range = headers.get(header::IF_RANGE);
        Self {
            range,
            if_range: if_range.and_then(|value| Some(value.to_str().ok()?.to_owned())),
            part_number,
        }
    }

    /// Returns the selected bytes of `object`. Errors with `InvalidRange` or `InvalidPartNumber` if
    /// the object does not have them, and with `InvalidRequest` if the request selects both a range
    /// and a part.
    pub(crate) fn resolve(&self, object: &Attributes) -> S3Result<Selected> {
        match (self.range, self.part_number) {
            (Some(_), Some(_)) => Err(s3_error!(
                InvalidRequest,
                "Cannot specify both Range header and partNumber query parameter"
            )),
            (None, Some(number)) => part(object, number),
            (Some(range), None) if self.is_current(object) => Ok(Selected {
                range: range.check(object.size)?,
                is_partial: true,
                parts_count: None,
            }),
            _ => Ok(Selected {
                range: 0..object.size,
                is_partial: false,
                parts_count: None,
            }),
        }
    }

    /// Returns `true` if `If-Range` matches the object. As RFC 9110 section 13.1.5 requires, a weak
    /// ETag never matches, and a date must be equal.
    fn is_current(&self, object: &Attributes) -> bool {
        match self.if_range.as_deref() {
            None => true,
            Some(etag) if etag.starts_with('"') => etag.trim_matches('"') == object.etag,
            Some(date) => Timestamp::parse(TimestampFormat::HttpDate, date)
                .is_ok_and(|date| date == object.modified_second()),
        }
    }
}

/// Selects a part. An object that was uploaded in a single request counts as one part.
fn part(object: &Attributes, number: i32) -> S3Result<Selected> {
    let single = [object.size];
    let parts = if object.parts.is_empty() {
        &single[..]
    } else {
        &object.parts[..]
    };
    let index = usize::try_from(number)
        .ok()
        .and_then(|it| it.checked_sub(1));
    let found = index.and_then(|index| Some((index, *parts.get(index)?)));
    let (index, bytes) = found.ok_or_else(no_such_part)?;
    let start = parts[..index].iter().sum();
    let is_multipart = !object.parts.is_empty();
    Ok(Selected {
        range: start..start + bytes,
        is_partial: bytes > 0,
        parts_count: i32::try_from(parts.len()).ok().filter(|_| is_multipart),
    })
}

fn no_such_part() -> S3Error {
    let code = S3ErrorCode::from_bytes(b"InvalidPartNumber").unwrap_or(S3ErrorCode::InvalidPart);
    let mut error = S3Error::with_message(code, "The requested partnumber is not satisfiable");
    error.set_status_code(StatusCode::RANGE_NOT_SATISFIABLE);
    error
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn object(parts: &[u64]) -> Attributes {
        Attributes {
            size: 10,
            etag: "e".into(),
            modified_ms: 1_700_000_000_500,
            parts: parts.to_vec(),
            ..Attributes::example("k")
        }
    }

    fn range_if(condition: &'static str) -> Selection {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_RANGE, HeaderValue::from_static(condition));
        Selection::new(Some(Range::parse("bytes=2-4").unwrap()), None, &headers)
    }

    fn numbered(number: i32) -> Selection {
        Selection::new(None, Some(number), &HeaderMap::new())
    }

    #[test]
    fn a_range_is_ignored_if_its_if_range_does_not_match() {
        let object = object(&[]);
        for condition in ["\"e\"", "Tue, 14 Nov 2023 22:13:20 GMT"] {
            let selected = range_if(condition).resolve(&object).unwrap();
            assert_eq!((selected.range, selected.is_partial), (2..5, true));
        }
        for condition in ["\"f\"", "W/\"e\"", "Tue, 14 Nov 2023 22:13:21 GMT", "soon"] {
            let selected = range_if(condition).resolve(&object).unwrap();
            assert_eq!((selected.range, selected.is_partial), (0..10, false));
        }
    }

    #[test]
    fn the_parts_of_an_object_can_be_read_by_number() {
        let object = object(&[6, 4]);
        for (number, range) in [(1, 0..6), (2, 6..10)] {
            let expected = Selected {
                range,
                is_partial: true,
                parts_count: Some(2),
            };
            assert_eq!(numbered(number).resolve(&object).unwrap(), expected);
        }
        for number in [-1, 0, 3] {
            let error = numbered(number).resolve(&object).unwrap_err();
            assert_eq!(error.code().as_str(), "InvalidPartNumber");
            assert_eq!(error.status_code(), Some(StatusCode::RANGE_NOT_SATISFIABLE));
        }
    }

    #[test]
    fn an_object_from_a_single_request_counts_as_one_part() {
        let selected = numbered(1).resolve(&object(&[])).unwrap();
        assert_eq!((selected.range, selected.parts_count), (0..10, None));
        assert!(numbered(2).resolve(&object(&[])).is_err());
    }

    #[test]
    fn a_range_and_a_part_exclude_each_other() {
        let both = Selection {
            part_number: Some(1),
            ..range_if("\"e\"")
        };
        let error = both.resolve(&object(&[])).unwrap_err();
        assert_eq!(*error.code(), S3ErrorCode::InvalidRequest);
    }
}
