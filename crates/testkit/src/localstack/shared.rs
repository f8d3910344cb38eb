use std::sync::OnceLock;

use super::keeper::Lease;
use super::launcher::Launcher;
use super::unavailable::Unavailable;

/// The only access key that LocalStack's signature check knows.
pub const ACCESS_KEY_ID: &str = "test";

/// The secret of [`ACCESS_KEY_ID`].
pub const SECRET_ACCESS_KEY: &str = "test";

/// The region that the tests use.
pub const REGION: &str = "us-east-1";

static SHARED: OnceLock<Result<LocalStack, Unavailable>> = OnceLock::new();

/// A LocalStack that runs for at least as long as this value, or this process, lives.
#[derive(Debug)]
pub struct LocalStack {
    endpoint: String,
    /// `None` for one that somebody else has started.
    _lease: Option<Lease>,
}

impl LocalStack {
    pub(super) fn new(endpoint: String, lease: Option<Lease>) -> Self {
        Self {
            endpoint,
            _lease: lease,
        }
    }

    /// The LocalStack of this test run: the first caller of all processes finds or starts it, and
    /// everybody else waits for that and then shares it.
    ///
    /// This blocks, for some seconds at the first call of a run, and for a minute or more where
    /// Python packages or an image have to be fetched first.
    ///
    /// # Errors
    /// [`Unavailable`] says what was tried; asking again in the same process gives the same error.
    pub fn shared() -> Result<&'static Self, Unavailable> {
        let shared = SHARED.get_or_init(|| Launcher::default().launch());
        shared.as_ref().map_err(Clone::clone)
    }

    /// Where S3 and SQS answer: `http://HOST:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}
