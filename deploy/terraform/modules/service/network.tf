# Clients reach the load balancer, the load balancer reaches issuers, and nothing reaches workers.

resource "aws_security_group" "load_balancer" {
  name        = "${var.name}-load-balancer"
  description = "HTTPS from clients"
  vpc_id      = var.vpc_id
}

resource "aws_security_group" "issuer" {
  name        = "${var.name}-issuer"
  description = "Requests from the load balancer"
  vpc_id      = var.vpc_id
}

resource "aws_security_group" "worker" {
  name        = "${var.name}-worker"
  description = "No incoming connections"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  security_group_id = aws_security_group.load_balancer.id
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = 443
  to_port           = 443
  ip_protocol       = "tcp"
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  for_each = toset(["8080", "9101"])

  security_group_id            = aws_security_group.load_balancer.id
  referenced_security_group_id = aws_security_group.issuer.id
  from_port                    = each.value
  to_port                      = each.value
  ip_protocol                  = "tcp"
}

# 9101 is for health checks only. The load balancer does not forward requests to it.
resource "aws_vpc_security_group_ingress_rule" "issuer" {
  for_each = toset(["8080", "9101"])

  security_group_id            = aws_security_group.issuer.id
  referenced_security_group_id = aws_security_group.load_balancer.id
  from_port                    = each.value
  to_port                      = each.value
  ip_protocol                  = "tcp"
}

# S3, SQS, JWK sets and webhooks. Name resolution in a VPC needs no rule.
resource "aws_vpc_security_group_egress_rule" "https" {
  for_each = {
    issuer = aws_security_group.issuer.id
    worker = aws_security_group.worker.id
  }

  security_group_id = each.value
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = 443
  to_port           = 443
  ip_protocol       = "tcp"
}
