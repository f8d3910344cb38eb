# The policies are those of deploy/iam, with the names of this installation. A test of the whole system holds each of
# them against the calls that the role makes.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  # From the longest name to the shortest, because "darkroom-events" is the beginning of "darkroom-events-dlq".
  default_names = [
    ["darkroom-webhooks-dlq", var.storage.queues.webhooks_dead_letters],
    ["darkroom-events-dlq", var.storage.queues.dead_letters],
    ["darkroom-webhooks", var.storage.queues.webhooks],
    ["darkroom-events", var.storage.queues.events],
    ["darkroom-media", var.storage.media_bucket],
    ["darkroom-raw", var.storage.raw_bucket],
  ]
  partition = data.aws_partition.current.partition
  queue_arn = "arn:${local.partition}:sqs:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:"

  policy_names = ["issuer", "lists", "erasures", "reviews-issuer", "webhooks", "worker", "reviews-worker", "operator"]

  # Each resource is the beginning of an ARN, a default name and, for objects, a path.
  policies = {
    for policy in local.policy_names : policy => jsonencode({
      Version = "2012-10-17"
      Statement = [
        for statement in jsondecode(file("${path.module}/../../../iam/${policy}.json")).Statement : merge(statement, {
          Resource = [
            for arn in statement.Resource : join("", [
              startswith(arn, "arn:aws:sqs:*:*:") ? local.queue_arn : "arn:${local.partition}:s3:::",
              one([
                for name in local.default_names : replace(local.resources[arn], name[0], name[1])
                if local.default_name[arn] == name[0]
              ]),
            ])
          ]
        })
      ]
    })
  }

  arns = distinct(flatten([
    for policy in local.policy_names :
    jsondecode(file("${path.module}/../../../iam/${policy}.json")).Statement[*].Resource
  ]))
  resources    = { for arn in local.arns : arn => element(split(":", arn), 5) }
  default_name = { for arn in local.arns : arn => element(split("/", local.resources[arn]), 0) }
}
