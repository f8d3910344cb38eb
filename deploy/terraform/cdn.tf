# CloudFront in front of the media bucket. The raw bucket, with uploads and manifests, is no origin.

resource "aws_cloudfront_origin_access_control" "media" {
  name                              = "${var.name}-media"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

# A variant with other bytes has another URL (parameter v), so the parameter is part of the key of the cache.
resource "aws_cloudfront_cache_policy" "media" {
  name        = "${var.name}-media"
  default_ttl = 86400
  max_ttl     = 31536000
  min_ttl     = 0

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = false
    enable_accept_encoding_gzip   = false

    cookies_config {
      cookie_behavior = "none"
    }

    headers_config {
      header_behavior = "none"
    }

    query_strings_config {
      query_string_behavior = "whitelist"

      query_strings {
        items = ["v"]
      }
    }
  }
}

resource "aws_cloudfront_response_headers_policy" "media" {
  name = "${var.name}-media"

  security_headers_config {
    content_type_options {
      override = true
    }

    content_security_policy {
      content_security_policy = "default-src 'none'; sandbox"
      override                = true
    }

    strict_transport_security {
      access_control_max_age_sec = 31536000
      override                   = true
    }
  }
}

resource "aws_cloudfront_distribution" "media" {
  enabled         = true
  comment         = "${var.name}: variants"
  http_version    = "http2and3"
  is_ipv6_enabled = true

  origin {
    domain_name              = module.storage.media_bucket_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.media.id
    origin_id                = "media"
  }

  default_cache_behavior {
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    cache_policy_id            = aws_cloudfront_cache_policy.media.id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.media.id
    target_origin_id           = "media"
    viewer_protocol_policy     = "redirect-to-https"
    compress                   = false
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}

# Variants of private profiles are in the same bucket, so CloudFront may only read the prefixes of public ones.
data "aws_iam_policy_document" "media" {
  statement {
    sid       = "CloudFrontReadsPublicVariants"
    actions   = ["s3:GetObject"]
    resources = [for prefix in var.public_prefixes : "${module.storage.media_bucket_arn}/${prefix}/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "AWS:SourceArn"
      values   = [aws_cloudfront_distribution.media.arn]
    }
  }

  statement {
    sid       = "DenyPlainHttp"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [module.storage.media_bucket_arn, "${module.storage.media_bucket_arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "media" {
  bucket = module.storage.media_bucket
  policy = data.aws_iam_policy_document.media.json
}
