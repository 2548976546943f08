//! Randomness.

/// Fills buffers with random bytes. An adapter for production MUST use a CSPRNG: keys, nonces and
/// ids come from it.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Randomness: Send + Sync {
    /// Overwrites all of `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}
