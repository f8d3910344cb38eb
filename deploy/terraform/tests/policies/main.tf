# The policies of modules/service, and the same policies with the default names restored, to compare them with deploy/iam.

variable "image" { type = string }
variable "raw_bucket" { type = string }
variable "media_bucket" { type = string }
variable "vpc_id" { type = string }
variable "private_subnet_ids" { type = list(string) }
variable "public_subnet_ids" { type = list(string) }
variable "certificate_arn" { type = string }

module "service" {
  source = "../../modules/service"

  name             = "example"
  image            = var.image
  cpu_architecture = "ARM64"
  render_sandbox   = "required"
  storage = {
    raw_bucket   = var.raw_bucket
    media_bucket = var.media_bucket
    queues = {
      events                = "example-events"
      dead_letters          = "example-events-dlq"
      webhooks              = "example-webhooks"
      webhooks_dead_letters = "example-webhooks-dlq"
    }
  }
  webhooks_enabled   = true
  lists_enabled      = true
  erasures_enabled   = true
  reviews_enabled    = true
  media_base_url     = "https://cdn.example"
  settings           = {}
  secrets            = {}
  vpc_id             = var.vpc_id
  private_subnet_ids = var.private_subnet_ids
  public_subnet_ids  = var.public_subnet_ids
  certificate_arn    = var.certificate_arn
  issuer             = { min_count = 1, max_count = 2, cpu = 256, memory = 512 }
  worker             = { min_count = 1, max_count = 2, cpu = 256, memory = 512, backlog = 50, max_age = 30 }
  log_retention_days = 1
  alarm_actions      = []
}

output "policies" {
  value = module.service.policies
}

output "restored" {
  value = {
    for name, policy in module.service.policies : name => jsonencode(jsondecode(replace(replace(
      policy,
      "arn:aws:sqs:eu-central-1:123456789012:example-", "arn:aws:sqs:*:*:darkroom-"),
      "arn:aws:s3:::example-", "arn:aws:s3:::darkroom-"
    )))
  }
}

output "published" {
  value = {
    for name in keys(module.service.policies) :
    name => jsonencode(jsondecode(file("${path.module}/../../../iam/${name}.json")))
  }
}
