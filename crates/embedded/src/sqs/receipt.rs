//! Receipt handles.

use std::fmt;
use std::str::FromStr;

use super::error::SqsError;

/// A receipt of a message: the position of the message in the queue, and a secret that the next
/// receive replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) position: u64,
    pub(crate) secret: u64,
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.position, self.secret)
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
            (32, Some(position), Some(secret)) => Ok(Self { position, secret }),
            _ => Err(SqsError::ReceiptHandleIsInvalid),
        }
    }
}
