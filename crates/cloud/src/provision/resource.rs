//! The report on provisioned resources.

/// A bucket, a queue or one of their settings, and its change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The kind and name, such as `bucket darkroom-raw`.
    pub name: String,
    /// The change that was made, or in a dry run would be.
    pub change: Change,
}

/// The change of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It already was as the settings say.
    Unchanged,
    /// It did not exist.
    Created,
    /// It existed with other settings.
    Updated,
}
