//! The kinds of events.

/// A change of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Put,
    Post,
    Copy,
    CompleteMultipartUpload,
    Delete,
}

impl Event {
    /// Returns the `eventName` in a message.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Put => "ObjectCreated:Put",
            Self::Post => "ObjectCreated:Post",
            Self::Copy => "ObjectCreated:Copy",
            Self::CompleteMultipartUpload => "ObjectCreated:CompleteMultipartUpload",
            Self::Delete => "ObjectRemoved:Delete",
        }
    }

    /// Returns `true` if a pattern, such as `s3:ObjectCreated:Put` or `s3:ObjectCreated:*`,
    /// includes this event.
    pub(super) fn matches(self, pattern: &str) -> bool {
        let pattern = pattern.strip_prefix("s3:").unwrap_or(pattern);
        match pattern.strip_suffix('*') {
            Some(prefix) => self.name().starts_with(prefix),
            None => self.name() == pattern,
        }
    }
}
