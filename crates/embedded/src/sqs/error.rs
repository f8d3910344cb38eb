//! The errors of SQS.

use std::fmt;

use crate::origin_check::ForbiddenOrigin;

/// An error of the SQS API.
///
/// The codes are those of AWS, because clients branch on them. The messages are for people: some
/// have AWS's wording, and others give more detail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SqsError {
    #[error("The specified queue does not exist.")]
    QueueDoesNotExist,
    #[error("A queue already exists with the same name and a different value for attribute {0}")]
    QueueNameExists(String),
    #[error("The input receipt handle is invalid.")]
    ReceiptHandleIsInvalid,
    #[error(
        "The message is not in flight: it was deleted, is visible again, or was received again."
    )]
    MessageNotInflight,
    #[error("Unknown Attribute {0}.")]
    InvalidAttributeName(String),
    #[error("Invalid value for the parameter {0}.")]
    InvalidAttributeValue(String),
    #[error("Value for parameter {parameter} is invalid. Reason: {reason}")]
    InvalidParameterValue {
        parameter: &'static str,
        reason: String,
    },
    #[error("The request must contain the parameter {0}.")]
    MissingParameter(&'static str),
    #[error(
        "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"
    )]
    InvalidMessageContents,
    #[error("There should be at least one entry in the request.")]
    EmptyBatchRequest,
    #[error("Maximum number of entries per request are 10. You have sent {0}.")]
    TooManyEntriesInBatchRequest(usize),
    #[error("Id {0} repeated.")]
    BatchEntryIdsNotDistinct(String),
    #[error(
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores, 80 at most."
    )]
    InvalidBatchEntryId,
    #[error("Batch requests cannot be longer than {0} bytes.")]
    BatchRequestTooLong(usize),
    #[error("The request body is invalid: {0}")]
    Malformed(String),
    #[error("The request must contain a signature.")]
    MissingAuthentication,
    /// AWS has no such error. The code is the one that AWS uses for a request without permission.
    #[error(transparent)]
    ForbiddenOrigin(#[from] ForbiddenOrigin),
    #[error("The action {0} is not known.")]
    UnknownAction(String),
}

impl SqsError {
    pub(crate) fn invalid(parameter: &'static str, reason: impl fmt::Display) -> Self {
        Self::InvalidParameterValue {
            parameter,
            reason: reason.to_string(),
        }
    }

    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::MissingAuthentication | Self::ForbiddenOrigin(_) => 403,
            _ => 400,
        }
    }

    /// Returns the error code of the JSON protocol, from which the SDKs build their error types.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::QueueDoesNotExist => "QueueDoesNotExist",
            Self::QueueNameExists(_) => "QueueNameExists",
            Self::ReceiptHandleIsInvalid => "ReceiptHandleIsInvalid",
            Self::MessageNotInflight => "MessageNotInflight",
            Self::InvalidAttributeName(_) => "InvalidAttributeName",
            Self::InvalidAttributeValue(_) => "InvalidAttributeValue",
            Self::InvalidParameterValue { .. } => "InvalidParameterValueException",
            Self::MissingParameter(_) => "MissingRequiredParameterException",
            Self::InvalidMessageContents => "InvalidMessageContents",
            Self::EmptyBatchRequest => "EmptyBatchRequest",
            Self::TooManyEntriesInBatchRequest(_) => "TooManyEntriesInBatchRequest",
            Self::BatchEntryIdsNotDistinct(_) => "BatchEntryIdsNotDistinct",
            Self::InvalidBatchEntryId => "InvalidBatchEntryId",
            Self::BatchRequestTooLong(_) => "BatchRequestTooLong",
            Self::Malformed(_) => "SerializationException",
            Self::MissingAuthentication => "MissingAuthenticationToken",
            Self::ForbiddenOrigin(_) => "AccessDeniedException",
            Self::UnknownAction(_) => "UnknownOperationException",
        }
    }

    /// Returns the error code of the older query protocol. The SDKs show this code if the response
    /// has it in the header `x-amzn-query-error`.
    pub(crate) fn query_code(&self) -> &'static str {
        match self {
            Self::QueueDoesNotExist => "AWS.SimpleQueueService.NonExistentQueue",
            Self::QueueNameExists(_) => "QueueAlreadyExists",
            Self::MessageNotInflight => "AWS.SimpleQueueService.MessageNotInflight",
            Self::InvalidParameterValue { .. } => "InvalidParameterValue",
            Self::MissingParameter(_) => "MissingParameter",
            Self::EmptyBatchRequest => "AWS.SimpleQueueService.EmptyBatchRequest",
            Self::TooManyEntriesInBatchRequest(_) => {
                "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"
            }
            Self::BatchEntryIdsNotDistinct(_) => "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
            Self::InvalidBatchEntryId => "AWS.SimpleQueueService.InvalidBatchEntryId",
            Self::BatchRequestTooLong(_) => "AWS.SimpleQueueService.BatchRequestTooLong",
            Self::ForbiddenOrigin(_) => "AccessDenied",
            Self::UnknownAction(_) => "InvalidAction",
            other => other.code(),
        }
    }
}
