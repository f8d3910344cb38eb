//! The report on provisioned resources.

/// A bucket, a queue or one of their settings, and its change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The kind and name, such as `bucket darkroom-raw`.
    pub name: String,
    /// The change that was made, or that would be made in a dry run.
    pub change: Change,
}

/// The change of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It already matched the settings.
    Unchanged,
    /// It did not exist.
    Created,
    /// It existed with different settings.
    Updated,
}
