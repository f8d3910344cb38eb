# Issuer and worker have roles of their own. The execution role is that of ECS itself: it pulls the image, reads the
# secrets and writes the logs.

data "aws_iam_policy_document" "tasks" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_iam_role" "issuer" {
  name               = "${var.name}-issuer"
  assume_role_policy = data.aws_iam_policy_document.tasks.json
}

resource "aws_iam_role" "worker" {
  name               = "${var.name}-worker"
  assume_role_policy = data.aws_iam_policy_document.tasks.json
}

resource "aws_iam_role" "execution" {
  name               = "${var.name}-execution"
  assume_role_policy = data.aws_iam_policy_document.tasks.json
}

resource "aws_iam_role_policy" "issuer" {
  name   = "issuer"
  role   = aws_iam_role.issuer.id
  policy = local.policies.issuer
}

resource "aws_iam_role_policy" "lists" {
  count = var.lists_enabled ? 1 : 0

  name   = "lists"
  role   = aws_iam_role.issuer.id
  policy = local.policies.lists
}

resource "aws_iam_role_policy" "erasures" {
  count = var.erasures_enabled ? 1 : 0

  name   = "erasures"
  role   = aws_iam_role.issuer.id
  policy = local.policies.erasures
}

resource "aws_iam_role_policy" "reviews_issuer" {
  count = var.reviews_enabled ? 1 : 0

  name   = "reviews-issuer"
  role   = aws_iam_role.issuer.id
  policy = local.policies["reviews-issuer"]
}

resource "aws_iam_role_policy" "reviews_worker" {
  count = var.reviews_enabled ? 1 : 0

  name   = "reviews-worker"
  role   = aws_iam_role.worker.id
  policy = local.policies["reviews-worker"]
}

resource "aws_iam_role_policy" "webhooks" {
  count = var.webhooks_enabled ? 1 : 0

  name   = "webhooks"
  role   = aws_iam_role.issuer.id
  policy = local.policies.webhooks
}

resource "aws_iam_role_policy" "worker" {
  name   = "worker"
  role   = aws_iam_role.worker.id
  policy = local.policies.worker
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

data "aws_iam_policy_document" "secrets" {
  statement {
    actions   = ["secretsmanager:GetSecretValue", "ssm:GetParameters"]
    resources = values(var.secrets)
  }
}

resource "aws_iam_role_policy" "secrets" {
  count = length(var.secrets) > 0 ? 1 : 0

  name   = "secrets"
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.secrets.json
}
