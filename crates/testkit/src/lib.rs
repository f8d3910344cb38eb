//! What tests lean on: LocalStack, fixtures, waiting with a deadline. Never shipped.
