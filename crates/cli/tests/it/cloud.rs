//! The clouds that tests run on.

/// The cloud that a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cloud {
    /// `darkroom dev`: S3 and SQS in the same process.
    Embedded,
    /// LocalStack, with `provision`, `issuer` and `worker` in separate processes.
    LocalStack,
}

/// Makes two tests of each scenario.
macro_rules! on_both_clouds {
    ($($scenario:ident),+ $(,)?) => {
        mod embedded {
            $(#[tokio::test]
            async fn $scenario() {
                super::$scenario(crate::cloud::Cloud::Embedded).await;
            })+
        }
        mod localstack {
            $(#[tokio::test]
            async fn $scenario() {
                super::$scenario(crate::cloud::Cloud::LocalStack).await;
            })+
        }
    };
}

pub(crate) use on_both_clouds;
