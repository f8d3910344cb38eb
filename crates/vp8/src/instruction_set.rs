//! Instruction sets of kernels.

/// An instruction set for which there are kernels. All of them give the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InstructionSet {
    /// Portable code.
    Scalar,
    /// SSE4.1, on x86-64.
    Sse41,
    /// AVX2, on x86-64.
    Avx2,
    /// NEON, on aarch64.
    Neon,
}

impl InstructionSet {
    /// All instruction sets, the slowest first.
    pub const ALL: [Self; 4] = [Self::Scalar, Self::Sse41, Self::Avx2, Self::Neon];

    /// Returns the fastest instruction set of this processor.
    #[must_use]
    pub fn fastest() -> Self {
        let mut available = Self::ALL.into_iter().filter(|set| set.is_available());
        available.next_back().unwrap_or(Self::Scalar)
    }

    /// Returns `true` if this processor has the instructions.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::Scalar => true,
            #[cfg(target_arch = "x86_64")]
            Self::Sse41 => crate::kernels::Sse41::detect().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => crate::kernels::Avx2::detect().is_some(),
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            Self::Neon => crate::kernels::Neon::detect().is_some(),
            _ => false,
        }
    }
}
