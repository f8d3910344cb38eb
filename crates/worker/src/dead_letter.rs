//! Why a message is among the dead letters, as it stands in the message's own attributes.

use std::collections::BTreeMap;
use std::fmt;

/// The attribute with the reason's code.
const REASON: &str = "darkroom-reason";
/// The attribute with what a person reads.
const DETAIL: &str = "darkroom-detail";
/// Enough for any error that we write.
const MAX_DETAIL_CHARS: usize = 400;

/// Why a message could not be worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Its body, or a record in it, is nothing that a store says of an object.
    NotUnderstood,
    /// It was tried as often as the queue permits; the detail is the last error.
    TriesUsedUp,
}

impl Reason {
    /// A stable code in snake case.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotUnderstood => "not_understood",
            Self::TriesUsedUp => "tries_used_up",
        }
    }

    fn of(code: &str) -> Option<Self> {
        [Self::NotUnderstood, Self::TriesUsedUp]
            .into_iter()
            .find(|reason| reason.code() == code)
    }
}

/// A reason with what is to be said of this one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Epitaph {
    pub(crate) reason: Reason,
    pub(crate) detail: String,
}

impl Epitaph {
    /// SQS takes neither control characters nor an empty text, and what is repeated here may be of
    /// the message's own making.
    pub(crate) fn new(reason: Reason, detail: &impl fmt::Display) -> Self {
        let printable = |character: char| match character {
            ' '..='~' | '\u{a0}'..='\u{d7ff}' => character,
            _ => '\u{b7}',
        };
        let detail = detail.to_string();
        Self {
            reason,
            detail: detail
                .chars()
                .take(MAX_DETAIL_CHARS)
                .map(printable)
                .collect(),
        }
    }

    pub(crate) fn attributes(&self) -> BTreeMap<&'static str, String> {
        let mut attributes = BTreeMap::from([(REASON, self.reason.code().to_owned())]);
        if !self.detail.is_empty() {
            attributes.insert(DETAIL, self.detail.clone());
        }
        attributes
    }

    /// What a worker has written there, if one has.
    pub(crate) fn read(attributes: &BTreeMap<String, String>) -> Option<Self> {
        Some(Self {
            reason: Reason::of(attributes.get(REASON)?)?,
            detail: attributes.get(DETAIL).cloned().unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for reason in [Reason::NotUnderstood, Reason::TriesUsedUp] {
            let written = Epitaph::new(reason, &"GetObject: unavailable: über");
            let attributes = written.attributes().into_iter();
            let attributes = attributes.map(|(name, value)| (name.to_owned(), value));
            assert_eq!(Epitaph::read(&attributes.collect()), Some(written));
        }
        assert_eq!(Epitaph::read(&BTreeMap::new()), None);
    }

    #[test]
    fn a_detail_is_always_something_that_sqs_takes() {
        let hostile = format!("event \u{0}\u{1b}[31m\u{fffe}{}", "x".repeat(9000));
        let detail = Epitaph::new(Reason::NotUnderstood, &hostile).detail;
        assert!(detail.chars().count() <= MAX_DETAIL_CHARS);
        assert!(!detail.chars().any(char::is_control));
        let silent = Epitaph::new(Reason::NotUnderstood, &"");
        assert!(!silent.attributes().contains_key(DETAIL));
    }
}
