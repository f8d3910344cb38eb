# Darkroom on AWS: buckets and queues (modules/storage), and the two roles on ECS Fargate (modules/service).
module "storage" {
  source = "./modules/storage"

  name                = var.name
  raw_bucket          = var.raw_bucket
  media_bucket        = var.media_bucket
  raw_expiration_days = var.raw_expiration_days
  cors_origins        = var.cors_origins
}

module "service" {
  source = "./modules/service"

  name               = var.name
  image              = var.image
  cpu_architecture   = var.cpu_architecture
  render_sandbox     = var.render_sandbox
  storage            = module.storage
  webhooks_enabled   = var.webhooks_enabled
  lists_enabled      = var.lists_enabled
  erasures_enabled   = var.erasures_enabled
  reviews_enabled    = var.reviews_enabled
  media_base_url     = "https://${aws_cloudfront_distribution.media.domain_name}"
  settings           = var.settings
  secrets            = var.secrets
  vpc_id             = var.vpc_id
  private_subnet_ids = var.private_subnet_ids
  public_subnet_ids  = var.public_subnet_ids
  certificate_arn    = var.certificate_arn
  issuer             = var.issuer
  worker             = var.worker
  log_retention_days = var.log_retention_days
  alarm_actions      = var.alarm_actions
}
