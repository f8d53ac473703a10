use std::fmt;

/// Gives bytes that nobody can guess.
///
/// # Contract
///
/// - Every byte asked for is filled.
/// - Two calls never give the same sixteen bytes.
pub trait Entropy: fmt::Debug + Send + Sync + 'static {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "the one place that draws randomness")]
    #[expect(
        clippy::expect_used,
        reason = "without randomness nothing safe can be done: stopping is the only answer"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system has no randomness");
    }
}
