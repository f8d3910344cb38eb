//! Receipt handles.

use std::fmt;
use std::str::FromStr;

use super::error::SqsError;

/// Names one receive of one message: its place in the queue, and a secret that the next receive replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) place: u64,
    pub(crate) secret: u64,
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.place, self.secret)
    }
}

impl FromStr for Receipt {
    type Err = SqsError;

    fn from_str(text: &str) -> Result<Self, SqsError> {
        let number = |range| {
            text.get(range)
                .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        };
        match (text.len(), number(0..16), number(16..32)) {
            (32, Some(place), Some(secret)) => Ok(Self { place, secret }),
            _ => Err(SqsError::ReceiptHandleIsInvalid),
        }
    }
}
