//! S3 and SQS in this process, on a folder, speaking the real protocols.
