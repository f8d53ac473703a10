use std::time::Duration;

use saaskit_kernel::Timestamp;

use super::Attempts;

/// When the last tries were, in the order they were counted; [`Attempts::MOST`] at most.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tries(Vec<Timestamp>);

impl Tries {
    /// At these times; of more than matter, the last ones.
    pub fn at(mut times: Vec<Timestamp>) -> Self {
        let too_many = times.len().saturating_sub(Attempts::MOST);
        times.drain(..too_many);
        Self(times)
    }

    /// For stores.
    pub fn times(&self) -> &[Timestamp] {
        &self.0
    }

    /// Whether one more would be too many.
    pub(super) fn are_most(&self) -> bool {
        self.0.len() >= Attempts::MOST
    }

    /// Those of a while before `now`.
    pub(super) fn within(&self, window: Duration, now: Timestamp) -> Self {
        Self(self.0.iter().copied().filter(|at| now.since(*at) < window).collect())
    }

    /// These, and one more.
    pub(super) fn and(mut self, at: Timestamp) -> Self {
        self.0.push(at);
        Self::at(self.0)
    }

    /// These without the last one.
    pub(super) fn without_last(&self) -> Self {
        let earlier = self.0.split_last().map_or(&[][..], |(_, earlier)| earlier);
        Self(earlier.to_vec())
    }
}
