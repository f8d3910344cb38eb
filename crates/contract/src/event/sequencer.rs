//! The order of events of one key.

use std::cmp::Ordering;

/// S3's `sequencer`: orders events of the same key, and of nothing else.
///
/// Source: "Event message structure" in the Amazon S3 user guide: right-pad the shorter with
/// zeros, then compare as hexadecimal text.
#[derive(Debug, Clone)]
pub struct Sequencer(String);

impl Sequencer {
    /// Takes the text of the event; letter case does not matter.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().to_ascii_uppercase())
    }

    /// The text, in upper case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Ord for Sequencer {
    fn cmp(&self, other: &Self) -> Ordering {
        let length = self.0.len().max(other.0.len());
        let padded = |text: &str| format!("{text:0<length$}");
        padded(&self.0).cmp(&padded(&other.0))
    }
}

impl PartialOrd for Sequencer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Sequencer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Sequencer {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_is_padded_with_zeros_on_the_right() {
        let older = Sequencer::new("0055AED6DCD90281E5");
        let newer = Sequencer::new("0055AED6DCD90281E51");
        assert!(older < newer);
        assert_eq!(Sequencer::new("00AB"), Sequencer::new("00ab00"));
        assert!(Sequencer::new("1") > Sequencer::new("0FFFFFFFF"));
    }
}
