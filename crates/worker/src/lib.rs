//! The consumer: takes upload events from the queue and turns raw objects into variants and a manifest.
