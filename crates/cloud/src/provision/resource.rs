//! The steps of provisioning, and their results.

use std::fmt;

use super::difference::Difference;
use crate::{CloudError, CloudErrorKind};

/// A bucket, a queue or one of their settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// The bucket with this name.
    Bucket(String),
    /// The queue with this name.
    Queue(String),
    /// The policy that lets S3 send to the queue with this name.
    QueuePolicy(String),
    /// The events that a bucket sends to a queue.
    Notification {
        /// The name of the bucket.
        bucket: String,
        /// The name of the queue.
        queue: String,
    },
    /// The block of public access to the bucket with this name.
    PublicAccess(String),
    /// The default encryption of the bucket with this name.
    Encryption(String),
    /// The loops through the bucket or queue with this name. They are detected, but not removed.
    Loops(String),
    /// The CORS rule of the bucket with this name.
    Cors(String),
    /// The lifecycle rules of the bucket with this name.
    Lifecycle(String),
    /// The support for conditional writes in the bucket with this name. It is checked, but cannot
    /// be changed.
    ConditionalWrites(String),
}

/// A finished step.
#[derive(Debug)]
pub struct Step {
    /// The resource of the step.
    pub resource: Resource,
    /// The change to the resource, or the error that prevented the change.
    pub result: Result<Change, CloudError>,
}

/// The change to a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It already matched the settings.
    Unchanged,
    /// It did not exist. The differences are the settings that it gets.
    Created(Vec<Difference>),
    /// It existed with these differences.
    Updated(Vec<Difference>),
}

impl Change {
    /// Creates the change of a resource from its differences.
    pub(super) fn new(existed: bool, differences: Vec<Difference>) -> Self {
        match existed {
            _ if differences.is_empty() => Self::Unchanged,
            true => Self::Updated(differences),
            false => Self::Created(differences),
        }
    }

    /// Returns the differences from the settings.
    pub fn differences(&self) -> &[Difference] {
        match self {
            Self::Unchanged => &[],
            Self::Created(differences) | Self::Updated(differences) => differences,
        }
    }
}

impl Step {
    /// Returns `true` if the store does not support this resource.
    pub fn is_unsupported(&self) -> bool {
        let error = self.result.as_ref().err();
        error.is_some_and(|error| error.kind == CloudErrorKind::NotImplemented)
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bucket(name) => write!(f, "bucket {name}"),
            Self::Queue(name) => write!(f, "queue {name}"),
            Self::QueuePolicy(name) => write!(f, "policy of {name}"),
            Self::Notification { bucket, queue } => write!(f, "notification {bucket} -> {queue}"),
            Self::PublicAccess(name) => write!(f, "public access block of {name}"),
            Self::Encryption(name) => write!(f, "encryption of {name}"),
            Self::Loops(name) => write!(f, "loops through {name}"),
            Self::Cors(name) => write!(f, "CORS of {name}"),
            Self::Lifecycle(name) => write!(f, "lifecycle of {name}"),
            Self::ConditionalWrites(name) => write!(f, "conditional writes to {name}"),
        }
    }
}
