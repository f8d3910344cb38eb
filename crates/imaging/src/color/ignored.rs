//! Reasons to ignore color information.

/// The reason why color information of a file is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Ignored {
    #[error("the embedded color profile cannot be read")]
    UnreadableProfile,
    #[error("the embedded color profile does not match the channels of the image")]
    WrongChannels,
    #[error("the embedded color profile cannot be converted to sRGB")]
    NoTransform,
    #[error("the color space that the code points of the file declare is unknown or HDR")]
    UnsupportedCodePoints,
}
