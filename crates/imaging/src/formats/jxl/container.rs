//! The signatures of a bare codestream (ISO/IEC 18181-1) and of the container (ISO/IEC 18181-2).

const CODESTREAM: &[u8] = b"\xff\x0a";
const CONTAINER: &[u8] = b"\0\0\0\x0cJXL \r\n\x87\n";

/// Returns whether a file begins with one of the signatures.
pub(super) fn matches(bytes: &[u8]) -> bool {
    bytes.starts_with(CODESTREAM) || is_container(bytes)
}

/// Returns whether a file begins with the signature of the container.
pub(super) fn is_container(bytes: &[u8]) -> bool {
    bytes.starts_with(CONTAINER)
}
