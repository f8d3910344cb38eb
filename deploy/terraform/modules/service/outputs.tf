output "load_balancer_dns_name" {
  description = "The name of the load balancer."
  value       = aws_lb.issuer.dns_name
}

output "load_balancer_zone_id" {
  description = "The hosted zone of the load balancer."
  value       = aws_lb.issuer.zone_id
}

output "cluster" {
  description = "The name of the cluster."
  value       = aws_ecs_cluster.this.name
}

output "operator_policy" {
  description = "The policy for a person who runs commands."
  value       = local.policies.operator
}

output "policies" {
  description = "All policies by their names in deploy/iam."
  value       = local.policies
}
