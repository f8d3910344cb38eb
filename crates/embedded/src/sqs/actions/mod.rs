//! The actions of SQS: each takes a parsed request and returns the response's JSON.

pub(crate) mod batches;
pub(crate) mod messages;
pub(crate) mod queues;
