//! The HTTP service: hands out upload URLs and tells outcomes.
