variable "name" {
  description = "The beginning of the names of queues."
  type        = string
}

variable "raw_bucket" {
  description = "The name of the raw bucket."
  type        = string
}

variable "media_bucket" {
  description = "The name of the media bucket."
  type        = string
}

variable "raw_expiration_days" {
  description = "The number of days after which S3 removes raw objects, or null."
  type        = number
  default     = null
}

variable "cors_origins" {
  description = "The origins of web pages that may upload from a browser."
  type        = list(string)
  default     = ["*"]
}

variable "visibility_timeout_seconds" {
  description = "The setting queues.visibility_timeout in seconds."
  type        = number
  default     = 60
}

variable "max_receive_count" {
  description = "The setting queues.max_receive_count."
  type        = number
  default     = 5
}
