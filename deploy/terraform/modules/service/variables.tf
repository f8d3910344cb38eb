variable "name" {
  description = "The beginning of all names."
  type        = string
}

variable "image" {
  description = "The container image."
  type        = string
}

variable "cpu_architecture" {
  description = "ARM64 or X86_64."
  type        = string
}

variable "render_sandbox" {
  description = "The setting render.sandbox."
  type        = string
}

variable "storage" {
  description = "The buckets and queues: the outputs of modules/storage."
  type = object({
    raw_bucket   = string
    media_bucket = string
    queues = object({
      events                = string
      dead_letters          = string
      webhooks              = string
      webhooks_dead_letters = string
    })
  })
}

variable "webhooks_enabled" {
  description = "Whether the roles need the webhook queue."
  type        = bool
}

variable "lists_enabled" {
  description = "Whether issuers list uploads, report usage or enforce quotas."
  type        = bool
}

variable "erasures_enabled" {
  description = "Whether issuers erase owners."
  type        = bool
}

variable "reviews_enabled" {
  description = "Whether a profile has `review = true`, for which both roles need more permissions."
  type        = bool
}

variable "media_base_url" {
  description = "The setting storage.media_base_url."
  type        = string
}

variable "settings" {
  description = "Further settings, as DARKROOM_* variables."
  type        = map(string)
}

variable "secrets" {
  description = "The ARNs of secret settings."
  type        = map(string)
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "private_subnet_ids" {
  description = "The subnets of the tasks."
  type        = list(string)
}

variable "public_subnet_ids" {
  description = "The subnets of the load balancer."
  type        = list(string)
}

variable "certificate_arn" {
  description = "The certificate of the load balancer."
  type        = string
}

variable "issuer" {
  description = "The number and the size of issuers."
  type = object({
    min_count = number
    max_count = number
    cpu       = number
    memory    = number
  })
}

variable "worker" {
  description = "The number and the size of workers, and when to start more."
  type = object({
    min_count = number
    max_count = number
    cpu       = number
    memory    = number
    backlog   = number
    max_age   = number
  })
}

variable "log_retention_days" {
  description = "The number of days for which logs are kept."
  type        = number
}

variable "alarm_actions" {
  description = "The ARNs that alarms notify."
  type        = list(string)
}
