use std::time::Duration;

use tokio::time::Instant;

/// So many bytes have to pass in so much time of waiting for the other side. The time that we take ourselves is not
/// counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How many bytes.
    pub bytes: u64,
    /// In how much time.
    pub within: Duration,
}

impl Pace {
    /// The longest that so many bytes can be waited for.
    pub(super) fn longest(&self, length: u64) -> Duration {
        let shares = length / self.bytes.max(1) + 1;
        self.within.saturating_mul(u32::try_from(shares).unwrap_or(u32::MAX))
    }
}

/// How far the other side is with its share, and how long it was waited for.
#[derive(Debug)]
pub(super) struct Patience {
    pace: Pace,
    waited: Duration,
    passed: u64,
}

/// The other side did not do its share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stalled;

impl Patience {
    pub(super) fn of(pace: Pace) -> Self {
        Self { pace, waited: Duration::ZERO, passed: 0 }
    }

    /// Waits for the other side, for as long as there is time.
    pub(super) async fn wait<T>(&mut self, other: impl Future<Output = T>) -> Result<T, Stalled> {
        let since = Instant::now();
        let left = self.pace.within.saturating_sub(self.waited);
        let answer = tokio::time::timeout(left, other).await;
        self.waited += since.elapsed();
        answer.map_err(|_| Stalled)
    }

    /// So many bytes passed: once they are a share, its time begins anew.
    pub(super) fn passed(&mut self, bytes: usize) {
        self.passed += bytes as u64;
        if self.passed >= self.pace.bytes {
            (self.passed, self.waited) = (0, Duration::ZERO);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { bytes: 100, within: Duration::from_secs(10) };

    async fn brings(patience: &mut Patience, bytes: usize, after: u64) -> Result<(), Stalled> {
        patience.wait(tokio::time::sleep(Duration::from_secs(after))).await?;
        patience.passed(bytes);
        Ok(())
    }

    #[tokio::test(start_paused = true)]
    async fn a_little_now_and_then_is_not_enough() {
        let mut patience = Patience::of(PACE);
        for _ in 0..3 {
            brings(&mut patience, 1, 3).await.unwrap();
        }
        assert_eq!(brings(&mut patience, 1, 3).await, Err(Stalled));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_does_a_share_in_time_may_go_on_and_our_own_time_is_not_theirs() {
        let mut patience = Patience::of(PACE);
        for _ in 0..50 {
            brings(&mut patience, 50, 4).await.unwrap();
            tokio::time::sleep(Duration::from_mins(1)).await;
        }
        assert_eq!(PACE.longest(1000), Duration::from_secs(110));
    }
}
