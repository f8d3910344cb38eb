# The alarms that need no Prometheus. deploy/prometheus has rules for everything else. docs/operations.md says what to
# do.

locals {
  # Each alarm fires if the maximum of the metric exceeds the threshold in as many periods of a minute.
  queue_alarms = {
    dead-letters = {
      description = "Dead letters: run `darkroom dlq list` (docs/operations.md#darkroomdeadletterqueuenotempty)."
      metric      = "ApproximateNumberOfMessagesVisible"
      queue       = var.storage.queues.dead_letters
      threshold   = 0
      periods     = 1
    }
    webhook-dead-letters = {
      description = "Webhooks that were not delivered (docs/operations.md#darkroomwebhooksfail)."
      metric      = "ApproximateNumberOfMessagesVisible"
      queue       = var.storage.queues.webhooks_dead_letters
      threshold   = 0
      periods     = 1
    }
    queue-not-received = {
      description = "The oldest event waits for over 5 minutes (docs/operations.md#darkroomqueuenotreceived)."
      metric      = "ApproximateAgeOfOldestMessage"
      queue       = var.storage.queues.events
      threshold   = 300
      periods     = 3
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "queue" {
  for_each = local.queue_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = "AWS/SQS"
  metric_name         = each.value.metric
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = 60
  evaluation_periods  = each.value.periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions

  dimensions = {
    QueueName = each.value.queue
  }
}

resource "aws_cloudwatch_metric_alarm" "workers_gone" {
  alarm_name          = "${var.name}-workers-gone"
  alarm_description   = "No worker runs (docs/operations.md#darkroomworkersgone)."
  namespace           = "ECS/ContainerInsights"
  metric_name         = "RunningTaskCount"
  statistic           = "Maximum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 3
  # Without tasks there are no values either.
  treat_missing_data = "breaching"
  alarm_actions      = var.alarm_actions
  ok_actions         = var.alarm_actions

  dimensions = {
    ClusterName = aws_ecs_cluster.this.name
    ServiceName = aws_ecs_service.worker.name
  }
}

resource "aws_cloudwatch_metric_alarm" "issuers_gone" {
  alarm_name          = "${var.name}-issuers-gone"
  alarm_description   = "No issuer is ready (docs/operations.md#darkroomissuernotready)."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HealthyHostCount"
  statistic           = "Maximum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 2
  treat_missing_data  = "breaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions

  dimensions = {
    LoadBalancer = aws_lb.issuer.arn_suffix
    TargetGroup  = aws_lb_target_group.issuer.arn_suffix
  }
}

resource "aws_cloudwatch_metric_alarm" "issuer_errors" {
  alarm_name          = "${var.name}-issuer-errors"
  alarm_description   = "Over 2 % of the responses to clients are 5xx (docs/operations.md#darkroomissuererrors)."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0.02
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions

  metric_query {
    id          = "ratio"
    label       = "Ratio of 5xx"
    expression  = "(FILL(by_issuer, 0) + FILL(by_balancer, 0)) / requests"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = {
      requests    = "RequestCount"
      by_issuer   = "HTTPCode_Target_5XX_Count"
      by_balancer = "HTTPCode_ELB_5XX_Count"
    }

    content {
      id          = metric_query.key
      return_data = false

      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value
        stat        = "Sum"
        period      = 60

        dimensions = {
          LoadBalancer = aws_lb.issuer.arn_suffix
        }
      }
    }
  }
}
