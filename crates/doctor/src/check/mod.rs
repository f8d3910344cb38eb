//! The checks.

mod cloud_access;
mod dead_letters;
mod objects;
mod preflight;
mod privacy;
mod provisioning;
mod queue_permissions;
mod round_trip;
mod sandbox;
