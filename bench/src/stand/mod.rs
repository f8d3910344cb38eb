//! What a campaign is run on: an embedded cloud behind fault proxies, and worker processes.

mod cloud;
mod gauge;
mod messages;
mod worker;

pub(crate) use cloud::{Stand, StandOptions};
pub(crate) use gauge::Gauge;
pub(crate) use messages::Depth;
pub(crate) use worker::Worker;
