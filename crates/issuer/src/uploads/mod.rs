//! `/v1/uploads`: presigned URLs, and the status of uploads.

pub(crate) mod batch_status;
pub(crate) mod complete;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod events;
mod forecast;
pub(crate) mod list;
mod path;
mod poll_schedule;
mod quota;
pub(crate) mod review;
pub(crate) mod review_list;
pub(crate) mod status;
mod status_watcher;
mod validated_upload;

pub(crate) use status_watcher::StatusWatcher;
pub(crate) use validated_upload::attachment_header;
