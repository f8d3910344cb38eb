output "issuer_dns_name" {
  description = "The name of the load balancer. Point the domain of the certificate to it."
  value       = module.service.load_balancer_dns_name
}

output "issuer_zone_id" {
  description = "The hosted zone of the load balancer, for an alias record."
  value       = module.service.load_balancer_zone_id
}

output "media_base_url" {
  description = "The URL of variants."
  value       = "https://${aws_cloudfront_distribution.media.domain_name}"
}

output "cluster" {
  description = "The ECS cluster, for one-off tasks such as `darkroom doctor`."
  value       = module.service.cluster
}

output "operator_policy" {
  description = "The policy for a person who runs backfill, dlq, erase, fsck and list."
  value       = module.service.operator_policy
}
