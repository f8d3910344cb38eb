//! The conditions of requests.
//!
//! Reads follow RFC 9110 section 13.2.2: `If-Match` overrides `If-Unmodified-Since`, and
//! `If-None-Match` overrides `If-Modified-Since`. Writes follow "Add preconditions to S3 operations
//! with conditional requests" in the S3 user guide.

use http::{HeaderValue, header};
use s3s::dto::{ETagCondition, Timestamp, TimestampFormat};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use super::attributes::Attributes;

/// The conditions of a GET or HEAD.
#[derive(Debug, Default)]
pub(crate) struct ReadConditions {
    pub(crate) if_match: Option<ETagCondition>,
    pub(crate) if_none_match: Option<ETagCondition>,
    pub(crate) if_modified_since: Option<Timestamp>,
    pub(crate) if_unmodified_since: Option<Timestamp>,
}

impl ReadConditions {
    /// Errors with `PreconditionFailed` (412) or `NotModified` (304) if a condition is not met.
    pub(crate) fn check(&self, object: &Attributes) -> S3Result<()> {
        let modified = object.modified_second();
        match (&self.if_match, &self.if_unmodified_since) {
            (Some(condition), _) if !matches(condition, object) => {
                return Err(s3_error!(
                    PreconditionFailed,
                    "The object's ETag is not the one in If-Match"
                ));
            }
            (None, Some(since)) if modified > *since => {
                return Err(s3_error!(
                    PreconditionFailed,
                    "The object was modified after If-Unmodified-Since"
                ));
            }
            _ => {}
        }
        match (&self.if_none_match, &self.if_modified_since) {
            (Some(condition), _) if matches(condition, object) => Err(not_modified(object)),
            (None, Some(since)) if modified <= *since => Err(not_modified(object)),
            _ => Ok(()),
        }
    }

    /// Checks the source of a copy. Errors with `PreconditionFailed` if any condition is not met.
    pub(crate) fn check_source(&self, object: &Attributes) -> S3Result<()> {
        self.check(object).map_err(|error| match error.code() {
            S3ErrorCode::NotModified => s3_error!(
                PreconditionFailed,
                "The source of the copy has the ETag in If-None-Match, or was not modified"
            ),
            _ => error,
        })
    }
}

/// Returns the `NotModified` error for an object that the client already has. The headers of the
/// error update the client's cache (RFC 9110 section 15.4.5).
fn not_modified(object: &Attributes) -> S3Error {
    let date = |time: &Timestamp| {
        let mut text = Vec::new();
        let formatted = time.format(TimestampFormat::HttpDate, &mut text);
        formatted.ok().and_then(|()| String::from_utf8(text).ok())
    };
    let values = [
        (header::ETAG, Some(format!("\"{}\"", object.etag))),
        (header::LAST_MODIFIED, date(&object.modified_second())),
        (header::CACHE_CONTROL, object.headers.cache_control.clone()),
        (
            header::EXPIRES,
            object.headers.expires.as_ref().and_then(date),
        ),
    ];
    let values = values.into_iter().filter_map(|(name, value)| {
        let value = HeaderValue::from_str(&value?).ok()?;
        Some((name, value))
    });
    let mut error = s3_error!(NotModified);
    error.set_headers(values.collect());
    error
}

/// The conditions of a write or a deletion.
#[derive(Debug, Default)]
pub(crate) struct WriteConditions {
    pub(crate) if_match: Option<ETagCondition>,
    pub(crate) if_none_match: Option<ETagCondition>,
}

impl WriteConditions {
    /// Errors if a condition is not met. Must be called under the same lock as the write.
    pub(crate) fn check(&self, current: Option<&Attributes>) -> S3Result<()> {
        match (&self.if_none_match, current) {
            (Some(ETagCondition::Any), Some(_)) => {
                return Err(s3_error!(PreconditionFailed, "The object already exists"));
            }
            (Some(ETagCondition::ETag(_)), _) => {
                return Err(s3_error!(
                    NotImplemented,
                    "If-None-Match of a write must be *"
                ));
            }
            _ => {}
        }
        match (&self.if_match, current) {
            (Some(_), None) => Err(s3_error!(NoSuchKey)),
            (Some(condition), Some(object)) if !matches(condition, object) => Err(s3_error!(
                PreconditionFailed,
                "The object's ETag is not the one in If-Match"
            )),
            _ => Ok(()),
        }
    }
}

fn matches(condition: &ETagCondition, object: &Attributes) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(etag) => etag.value() == object.etag,
    }
}

#[cfg(test)]
mod tests {
    use s3s::dto::ETag;

    use super::*;
    use crate::s3::attributes::ObjectHeaders;

    fn object(etag: &str) -> Attributes {
        Attributes {
            etag: etag.into(),
            modified_ms: 1_700_000_000_500,
            ..Attributes::example("k")
        }
    }

    fn tag(value: &str) -> Option<ETagCondition> {
        Some(ETagCondition::ETag(ETag::Strong(value.into())))
    }

    fn at(seconds: i64) -> Option<Timestamp> {
        Some(
            time::OffsetDateTime::from_unix_timestamp(seconds)
                .unwrap()
                .into(),
        )
    }

    fn code(result: S3Result<()>) -> Option<S3ErrorCode> {
        result.err().map(|error| error.code().clone())
    }

    #[test]
    fn a_read_fails_if_the_etag_is_not_the_one_in_if_match() {
        let same = ReadConditions {
            if_match: tag("a"),
            ..Default::default()
        };
        assert_eq!(code(same.check(&object("a"))), None);
        assert_eq!(
            code(same.check(&object("b"))),
            Some(S3ErrorCode::PreconditionFailed)
        );
    }

    #[test]
    fn a_read_is_not_modified_if_the_etag_is_the_one_in_if_none_match() {
        let seen = ReadConditions {
            if_none_match: tag("a"),
            ..Default::default()
        };
        assert_eq!(
            code(seen.check(&object("a"))),
            Some(S3ErrorCode::NotModified)
        );
        assert_eq!(code(seen.check(&object("b"))), None);
    }

    #[test]
    fn a_not_modified_error_has_the_headers_of_the_object() {
        let known = ReadConditions {
            if_none_match: tag("a"),
            ..Default::default()
        };
        let object = Attributes {
            headers: ObjectHeaders {
                cache_control: Some("max-age=60".into()),
                ..Default::default()
            },
            ..object("a")
        };
        let error = known.check(&object).unwrap_err();
        let headers = error.headers().unwrap();
        assert_eq!(headers["etag"], "\"a\"");
        assert_eq!(headers["last-modified"], "Tue, 14 Nov 2023 22:13:20 GMT");
        assert_eq!(headers["cache-control"], "max-age=60");
        assert!(!headers.contains_key("expires"));
        let as_source = code(known.check_source(&object));
        assert_eq!(as_source, Some(S3ErrorCode::PreconditionFailed));
    }

    #[test]
    fn dates_compare_in_whole_seconds() {
        let since = |seconds| ReadConditions {
            if_modified_since: at(seconds),
            ..Default::default()
        };
        assert_eq!(
            code(since(1_700_000_000).check(&object("a"))),
            Some(S3ErrorCode::NotModified)
        );
        assert_eq!(code(since(1_699_999_999).check(&object("a"))), None);
        let unmodified = |seconds| ReadConditions {
            if_unmodified_since: at(seconds),
            ..Default::default()
        };
        assert_eq!(code(unmodified(1_700_000_000).check(&object("a"))), None);
        assert_eq!(
            code(unmodified(1_699_999_999).check(&object("a"))),
            Some(S3ErrorCode::PreconditionFailed)
        );
    }

    #[test]
    fn an_etag_condition_overrides_a_date_condition() {
        let both = ReadConditions {
            if_match: tag("a"),
            if_unmodified_since: at(0),
            ..Default::default()
        };
        assert_eq!(code(both.check(&object("a"))), None);
    }

    #[test]
    fn if_none_match_with_a_star_permits_only_the_first_write() {
        let first = WriteConditions {
            if_none_match: Some(ETagCondition::Any),
            ..Default::default()
        };
        assert_eq!(code(first.check(None)), None);
        assert_eq!(
            code(first.check(Some(&object("a")))),
            Some(S3ErrorCode::PreconditionFailed)
        );
    }

    #[test]
    fn a_write_with_if_match_needs_an_object_with_that_etag() {
        let replace = WriteConditions {
            if_match: tag("a"),
            ..Default::default()
        };
        assert_eq!(code(replace.check(Some(&object("a")))), None);
        assert_eq!(
            code(replace.check(Some(&object("b")))),
            Some(S3ErrorCode::PreconditionFailed)
        );
        assert_eq!(code(replace.check(None)), Some(S3ErrorCode::NoSuchKey));
    }
}
