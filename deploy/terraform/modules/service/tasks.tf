resource "aws_ecs_cluster" "this" {
  name = var.name

  # The number of running tasks is a metric of Container Insights. Autoscaling needs it.
  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(["issuer", "worker"])

  name              = "/${var.name}/${each.value}"
  retention_in_days = var.log_retention_days
}

locals {
  common_settings = {
    AWS_REGION                            = data.aws_region.current.name
    DARKROOM_STORAGE_RAW_BUCKET           = var.storage.raw_bucket
    DARKROOM_STORAGE_MEDIA_BUCKET         = var.storage.media_bucket
    DARKROOM_STORAGE_MEDIA_BASE_URL       = var.media_base_url
    DARKROOM_QUEUES_EVENTS                = var.storage.queues.events
    DARKROOM_QUEUES_DEAD_LETTERS          = var.storage.queues.dead_letters
    DARKROOM_QUEUES_WEBHOOKS              = var.storage.queues.webhooks
    DARKROOM_QUEUES_WEBHOOKS_DEAD_LETTERS = var.storage.queues.webhooks_dead_letters
    DARKROOM_RENDER_SANDBOX               = var.render_sandbox
  }

  roles = {
    issuer = {
      role = aws_iam_role.issuer.arn
      size = var.issuer
      # Load balancers must notice that an issuer stops before it refuses connections.
      settings = { DARKROOM_ISSUER_STOP_DELAY = "15s" }
      ports    = [8080, 9101]
    }
    worker = {
      role     = aws_iam_role.worker.arn
      size     = var.worker
      settings = {}
      ports    = [9100]
    }
  }
}

resource "aws_ecs_task_definition" "this" {
  for_each = local.roles

  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.size.cpu
  memory                   = each.value.size.memory
  task_role_arn            = each.value.role
  execution_role_arn       = aws_iam_role.execution.arn

  runtime_platform {
    cpu_architecture        = var.cpu_architecture
    operating_system_family = "LINUX"
  }

  # The only folder that an issuer writes to: direct uploads stay there until they are complete.
  volume {
    name = "tmp"
  }

  container_definitions = jsonencode([{
    name                   = each.key
    image                  = var.image
    command                = [each.key]
    essential              = true
    readonlyRootFilesystem = true
    # Longer than worker.drain_grace, so that a worker finishes its work in progress.
    stopTimeout     = 40
    linuxParameters = { capabilities = { drop = ["ALL"] } }
    mountPoints     = [{ sourceVolume = "tmp", containerPath = "/tmp" }]
    portMappings    = [for port in each.value.ports : { containerPort = port }]
    environment = [
      for name, value in merge(local.common_settings, each.value.settings, var.settings) :
      { name = name, value = value }
    ]
    secrets = [for name, arn in var.secrets : { name = name, valueFrom = arn }]
    # Alive, not ready: a restart does not help if the store is down.
    healthCheck = {
      command     = ["CMD", "darkroom", "health", each.key]
      interval    = 10
      timeout     = 5
      retries     = 3
      startPeriod = 30
    }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this[each.key].name
        awslogs-region        = data.aws_region.current.name
        awslogs-stream-prefix = each.key
      }
    }
  }])
}

resource "aws_ecs_service" "issuer" {
  name                   = "issuer"
  cluster                = aws_ecs_cluster.this.id
  task_definition        = aws_ecs_task_definition.this["issuer"].arn
  launch_type            = "FARGATE"
  desired_count          = var.issuer.min_count
  enable_execute_command = false

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets         = var.private_subnet_ids
    security_groups = [aws_security_group.issuer.id]
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.issuer.arn
    container_name   = "issuer"
    container_port   = 8080
  }

  # Autoscaling changes it.
  lifecycle {
    ignore_changes = [desired_count]
  }

  depends_on = [aws_lb_listener.https, aws_iam_role_policy.issuer]
}

resource "aws_ecs_service" "worker" {
  name            = "worker"
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this["worker"].arn
  launch_type     = "FARGATE"
  desired_count   = var.worker.min_count

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets         = var.private_subnet_ids
    security_groups = [aws_security_group.worker.id]
  }

  # Autoscaling changes it.
  lifecycle {
    ignore_changes = [desired_count]
  }

  depends_on = [aws_iam_role_policy.worker]
}
