# Plans the whole module without an account: every call to AWS is a stand-in. Run with `terraform test`.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = {
      account_id = "123456789012"
    }
  }

  mock_data "aws_partition" {
    defaults = {
      partition = "aws"
    }
  }

  mock_data "aws_region" {
    defaults = {
      name = "eu-central-1"
    }
  }

  mock_data "aws_iam_policy_document" {
    defaults = {
      json = "{}"
    }
  }

  mock_resource "aws_s3_bucket" {
    defaults = {
      arn = "arn:aws:s3:::example"
    }
  }

  mock_resource "aws_sqs_queue" {
    defaults = {
      arn = "arn:aws:sqs:eu-central-1:123456789012:example"
    }
  }

  mock_resource "aws_iam_role" {
    defaults = {
      arn = "arn:aws:iam::123456789012:role/example"
    }
  }

  mock_resource "aws_lb" {
    defaults = {
      arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/example/1"
    }
  }

  mock_resource "aws_lb_target_group" {
    defaults = {
      arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/example/1"
    }
  }

  mock_resource "aws_appautoscaling_policy" {
    defaults = {
      arn = "arn:aws:autoscaling:eu-central-1:123456789012:scalingPolicy:1:resource/ecs/service/example:policyName/example"
    }
  }

  mock_resource "aws_ecs_task_definition" {
    defaults = {
      arn = "arn:aws:ecs:eu-central-1:123456789012:task-definition/example:1"
    }
  }

  mock_resource "aws_cloudfront_distribution" {
    defaults = {
      arn         = "arn:aws:cloudfront::123456789012:distribution/example"
      domain_name = "d111111abcdef8.cloudfront.net"
    }
  }
}

variables {
  image              = "example.com/darkroom:1"
  raw_bucket         = "example-raw"
  media_bucket       = "example-media"
  vpc_id             = "vpc-1"
  private_subnet_ids = ["subnet-1", "subnet-2"]
  public_subnet_ids  = ["subnet-3", "subnet-4"]
  certificate_arn    = "arn:aws:acm:eu-central-1:123456789012:certificate/1"
}

run "defaults" {
  command = apply

  assert {
    condition     = jsondecode(output.operator_policy).Version == "2012-10-17"
    error_message = "The policy for operators must be a policy."
  }
}

run "policies_have_the_names_of_this_installation_and_nothing_else_changes" {
  command = apply

  module {
    source = "./tests/policies"
  }

  assert {
    condition     = output.restored == output.published
    error_message = "Policies must be those of deploy/iam, apart from the names of resources."
  }

  assert {
    condition     = !strcontains(jsonencode(output.policies), "arn:aws:sqs:*") && !strcontains(jsonencode(output.policies), "darkroom-raw")
    error_message = "Policies must name the queues and buckets of this installation."
  }
}

run "everything_optional_on_x86" {
  command = apply

  variables {
    cpu_architecture    = "X86_64"
    raw_expiration_days = 90
    webhooks_enabled    = true
    lists_enabled       = true
    erasures_enabled    = true
    reviews_enabled     = true
    secrets             = { DARKROOM_AUTH_KEYS = "arn:aws:ssm:eu-central-1:123456789012:parameter/keys" }
    settings            = { DARKROOM_WEBHOOKS_URL = "https://hooks.example/darkroom" }
    worker              = { max_count = 100, memory = 8192, cpu = 4096 }
  }

  assert {
    condition     = output.media_base_url == "https://d111111abcdef8.cloudfront.net"
    error_message = "Variants must have URLs of CloudFront."
  }
}

run "one_bucket_for_both_is_refused" {
  command = plan

  variables {
    media_bucket = "example-raw"
  }

  expect_failures = [var.media_bucket]
}
