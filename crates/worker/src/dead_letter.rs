//! Why a message is among the dead letters, as it stands in the message's own attributes.

use std::collections::BTreeMap;
use std::fmt;

/// The attribute with the reason's code.
const REASON: &str = "darkroom-reason";
/// The attribute with what a person reads.
const DETAIL: &str = "darkroom-detail";
/// Enough for any error that we write.
const MAX_DETAIL_CHARS: usize = 400;

/// Why a message is a dead letter. Workers write the first three; the others are found out when
/// somebody looks at a letter that SQS itself has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Its body, or a record in it, is nothing that a store says of an object.
    NotUnderstood,
    /// It was tried as often as the queue permits; the detail is the last error.
    TriesUsedUp,
    /// It is about an upload of a profile that there is not.
    UnknownProfile,
    /// It is about no upload of this service.
    NotOurs,
    /// Its upload has an outcome by now.
    Settled,
    /// Its upload was deleted.
    Gone,
    /// No worker got to an end with it: each was lost, or could not reach the store.
    NeverFinished,
}

impl Reason {
    const WRITTEN: [Self; 3] = [Self::NotUnderstood, Self::TriesUsedUp, Self::UnknownProfile];

    /// A stable code in snake case.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotUnderstood => "not_understood",
            Self::TriesUsedUp => "tries_used_up",
            Self::UnknownProfile => "unknown_profile",
            Self::NotOurs => "not_ours",
            Self::Settled => "settled",
            Self::Gone => "gone",
            Self::NeverFinished => "never_finished",
        }
    }

    fn written(code: &str) -> Option<Self> {
        Self::WRITTEN
            .into_iter()
            .find(|reason| reason.code() == code)
    }
}

/// A reason with what is to be said of this one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Epitaph {
    /// Why.
    pub reason: Reason,
    /// What a person reads; may be empty.
    pub detail: String,
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
            reason: Reason::written(attributes.get(REASON)?)?,
            detail: attributes.get(DETAIL).cloned().unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for reason in Reason::WRITTEN {
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
