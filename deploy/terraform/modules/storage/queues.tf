locals {
  # arn:PARTITION:sqs:REGION:ACCOUNT:NAME
  queue_arn_parts = split(":", aws_sqs_queue.events.arn)

  # 14 days, the longest that SQS supports.
  retention_seconds = 1209600
  # Webhook delivery counts its attempts itself. This limit is for messages that crash the process.
  webhook_max_receive_count = 10
}

resource "aws_sqs_queue" "events_dead_letters" {
  name                      = "${var.name}-events-dlq"
  message_retention_seconds = local.retention_seconds
}

resource "aws_sqs_queue" "events" {
  name                       = "${var.name}-events"
  message_retention_seconds  = local.retention_seconds
  receive_wait_time_seconds  = 20
  visibility_timeout_seconds = var.visibility_timeout_seconds

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.events_dead_letters.arn
    maxReceiveCount     = var.max_receive_count
  })
}

resource "aws_sqs_queue" "webhooks_dead_letters" {
  name                      = "${var.name}-webhooks-dlq"
  message_retention_seconds = local.retention_seconds
}

resource "aws_sqs_queue" "webhooks" {
  name                      = "${var.name}-webhooks"
  message_retention_seconds = local.retention_seconds
  receive_wait_time_seconds = 20

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.webhooks_dead_letters.arn
    maxReceiveCount     = local.webhook_max_receive_count
  })
}

# Any account may create a bucket with the name of a deleted one, so the policy also names the account.
resource "aws_sqs_queue_policy" "events" {
  queue_url = aws_sqs_queue.events.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "darkroom-uploads"
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.events.arn
      Condition = {
        ArnLike      = { "aws:SourceArn" = "arn:${local.queue_arn_parts[1]}:s3:*:*:${var.raw_bucket}" }
        StringEquals = { "aws:SourceAccount" = local.queue_arn_parts[4] }
      }
    }]
  })
}
