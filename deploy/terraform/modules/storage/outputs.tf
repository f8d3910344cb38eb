output "raw_bucket" {
  description = "The name of the raw bucket."
  value       = aws_s3_bucket.raw.id
}

output "media_bucket" {
  description = "The name of the media bucket."
  value       = aws_s3_bucket.media.id
}

output "media_bucket_arn" {
  description = "The ARN of the media bucket."
  value       = aws_s3_bucket.media.arn
}

output "media_bucket_domain_name" {
  description = "The host of the media bucket, as the origin of CloudFront."
  value       = aws_s3_bucket.media.bucket_regional_domain_name
}

output "queues" {
  description = "The names of the queues."
  value = {
    events                = aws_sqs_queue.events.name
    dead_letters          = aws_sqs_queue.events_dead_letters.name
    webhooks              = aws_sqs_queue.webhooks.name
    webhooks_dead_letters = aws_sqs_queue.webhooks_dead_letters.name
  }
}
