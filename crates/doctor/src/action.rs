//! The names of actions in policies.

/// Returns the action that a policy must allow for an operation of S3 or SQS, if it is known.
pub fn iam_action(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "CreateBucket" => "s3:CreateBucket",
        "ListObjectVersions" => "s3:ListBucketVersions",
        "ListMultipartUploads" => "s3:ListBucketMultipartUploads",
        "AbortMultipartUpload" => "s3:AbortMultipartUpload",
        "PutBucketNotificationConfiguration" => "s3:PutBucketNotification",
        "PutBucketCors" => "s3:PutBucketCORS",
        "PutBucketLifecycleConfiguration" => "s3:PutLifecycleConfiguration",
        "PutPublicAccessBlock" => "s3:PutBucketPublicAccessBlock",
        "PutBucketEncryption" => "s3:PutEncryptionConfiguration",
        "CreateQueue" => "sqs:CreateQueue",
        "SetQueueAttributes" => "sqs:SetQueueAttributes",
        "HeadBucket" | "ListObjectsV2" => "s3:ListBucket",
        "GetObject" | "HeadObject" => "s3:GetObject",
        "PutObject" | "CopyObject" => "s3:PutObject",
        "DeleteObject" | "DeleteObjects" => "s3:DeleteObject",
        "GetBucketNotificationConfiguration" => "s3:GetBucketNotification",
        "GetBucketCors" => "s3:GetBucketCORS",
        "GetBucketLifecycleConfiguration" => "s3:GetLifecycleConfiguration",
        "GetPublicAccessBlock" => "s3:GetBucketPublicAccessBlock",
        "GetBucketEncryption" => "s3:GetEncryptionConfiguration",
        "GetQueueUrl" => "sqs:GetQueueUrl",
        "GetQueueAttributes" => "sqs:GetQueueAttributes",
        "ReceiveMessage" => "sqs:ReceiveMessage",
        "SendMessage" | "SendMessageBatch" => "sqs:SendMessage",
        "DeleteMessage" | "DeleteMessageBatch" => "sqs:DeleteMessage",
        "ChangeMessageVisibility" | "ChangeMessageVisibilityBatch" => "sqs:ChangeMessageVisibility",
        _ => return None,
    })
}

/// Returns the advice to allow an action on a resource.
pub(crate) fn allow(action: &str, resource: &str) -> String {
    format!("allow {action} on {resource} in the policy of the role (see deploy/iam)")
}
