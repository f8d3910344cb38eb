resource "aws_lb" "issuer" {
  name                       = "${var.name}-issuer"
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.load_balancer.id]
  subnets                    = var.public_subnet_ids
  drop_invalid_header_fields = true
  # Shorter than issuer.read_timeout (75 s), so that the issuer never closes a connection first. Longer than
  # issuer.max_wait (60 s), after which a long poll ends.
  idle_timeout = 70
}

resource "aws_lb_target_group" "issuer" {
  name                 = "${var.name}-issuer"
  port                 = 8080
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = var.vpc_id
  deregistration_delay = 30

  health_check {
    path                = "/readyz"
    port                = 9101
    interval            = 5
    timeout             = 4
    healthy_threshold   = 2
    unhealthy_threshold = 2
    matcher             = "200"
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.issuer.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.issuer.arn
  }
}
