variable "name" {
  description = "The beginning of the names of roles, services and alarms."
  type        = string
  default     = "darkroom"
}

variable "image" {
  description = "The container image, with a tag or a digest."
  type        = string
}

variable "cpu_architecture" {
  description = "The processor of the tasks: ARM64 or X86_64. The image must support it."
  type        = string
  default     = "ARM64"

  validation {
    condition     = contains(["ARM64", "X86_64"], var.cpu_architecture)
    error_message = "Must be ARM64 or X86_64."
  }
}

variable "raw_bucket" {
  description = "The name of the bucket for uploads and manifests. Names of buckets are global."
  type        = string
}

variable "media_bucket" {
  description = "The name of the bucket for variants."
  type        = string

  validation {
    condition     = var.media_bucket != var.raw_bucket
    error_message = "Must differ from raw_bucket: CloudFront serves the media bucket."
  }
}

variable "raw_expiration_days" {
  description = "The number of days after which S3 removes raw objects, or null to keep them. Without them, no other variants can be rendered later."
  type        = number
  default     = null
}

variable "cors_origins" {
  description = "The origins of web pages that may upload from a browser."
  type        = list(string)
  default     = ["*"]
}

variable "public_prefixes" {
  description = "The prefixes of the profiles whose variants CloudFront serves. Leave out those of private profiles: their variants have presigned URLs."
  type        = list(string)
  default     = ["avatars", "photos"]
}

variable "webhooks_enabled" {
  description = "Whether webhooks.url is set in settings, so that the roles need the webhook queue."
  type        = bool
  default     = false
}

variable "lists_enabled" {
  description = "Whether issuers list uploads, report usage or enforce quotas, for which they need more permissions."
  type        = bool
  default     = false
}

variable "erasures_enabled" {
  description = "Whether operators erase owners by HTTP, for which issuers need more permissions."
  type        = bool
  default     = false
}

variable "reviews_enabled" {
  description = "Whether a profile has `review = true`, for which both roles need more permissions."
  type        = bool
  default     = false
}

variable "settings" {
  description = "Further settings of both roles, as DARKROOM_* variables. They must not be secret."
  type        = map(string)
  default     = {}
}

variable "secrets" {
  description = "Settings that are secret, such as DARKROOM_AUTH_KEYS: the ARN of a secret of Secrets Manager or of a parameter for each."
  type        = map(string)
  default     = {}
}

variable "vpc_id" {
  description = "The VPC of the tasks and of the load balancer."
  type        = string
}

variable "private_subnet_ids" {
  description = "The subnets of the tasks. They need a route to S3, SQS, the registry of the image and CloudWatch Logs: through a NAT gateway or VPC endpoints."
  type        = list(string)
}

variable "public_subnet_ids" {
  description = "The subnets of the load balancer, in at least two availability zones."
  type        = list(string)
}

variable "certificate_arn" {
  description = "The certificate of the load balancer."
  type        = string
}

variable "render_sandbox" {
  description = "The setting render.sandbox. Tasks with `required` do not start on a kernel without Landlock (docs/sandbox.md)."
  type        = string
  default     = "required"
}

variable "issuer" {
  description = "The number and the size of issuers."
  type = object({
    min_count = optional(number, 2)
    max_count = optional(number, 10)
    cpu       = optional(number, 512)
    memory    = optional(number, 1024)
  })
  default = {}
}

variable "worker" {
  description = "The number and the size of workers. By default there is a render process for each vCPU, which needs over 1 GiB of memory."
  type = object({
    min_count = optional(number, 1)
    max_count = optional(number, 20)
    cpu       = optional(number, 2048)
    memory    = optional(number, 4096)
    # The number of waiting messages per worker at which another worker starts.
    backlog = optional(number, 50)
    # The age of the oldest message in seconds at which more workers start at once.
    max_age = optional(number, 30)
  })
  default = {}
}

variable "log_retention_days" {
  description = "The number of days for which logs are kept."
  type        = number
  default     = 30
}

variable "alarm_actions" {
  description = "The ARNs that alarms notify, such as a topic of SNS."
  type        = list(string)
  default     = []
}
