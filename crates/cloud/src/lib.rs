//! S3 and SQS, spoken through the AWS SDK: the only place that imports it.
