//! The reasons why a file cannot be decoded.

/// The reason why a file cannot be decoded. Messages never contain bytes of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file or a scan ends before its last pixel.
    #[error("the JPEG is truncated")]
    Truncated,
    /// The file violates the format or contradicts itself.
    #[error("{0}")]
    Damaged(&'static str),
    /// The file may be valid, but it uses a part of the format that is not supported.
    #[error("{0}")]
    Unsupported(&'static str),
    /// A buffer cannot be allocated.
    #[error("the JPEG needs more memory than is available")]
    OutOfMemory,
    /// The scans would take far more work than those of any real image of the same size.
    #[error("the JPEG has too many scans for its size")]
    TooExpensive,
}

/// The result of reading a part of a file.
pub type Result<T> = std::result::Result<T, Error>;
