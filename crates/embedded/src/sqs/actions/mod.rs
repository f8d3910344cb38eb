//! The actions of SQS. Each takes a parsed request and returns the JSON of the response.

pub(crate) mod batches;
pub(crate) mod messages;
pub(crate) mod queues;
