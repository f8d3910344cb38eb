//! The words every role shares: keys, events, profiles, manifest, API types.
