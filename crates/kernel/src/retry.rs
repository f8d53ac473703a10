use std::time::Duration;

use crate::Source;

/// Runs a use case again from its load while it answers `Stale`, `tries` times at most; then gives the last
/// answer. Nothing is waited for: whoever made it stale has committed.
pub async fn retry_stale<T, E, F>(
    tries: u32,
    is_stale: fn(&E) -> bool,
    mut run: impl FnMut() -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut run_number = 1;
    loop {
        match run().await {
            Err(error) if is_stale(&error) && run_number < tries => run_number += 1,
            answer => return answer,
        }
    }
}

/// How long to wait before another try: doubling, bounded, with jitter, for so many tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Before the second try.
    pub first: Duration,
    /// Never longer than this.
    pub longest: Duration,
    /// How many tries in all.
    pub tries: u32,
}

impl Backoff {
    /// The wait after `tried` failed tries, between half and all of the doubled time; `None` when they are used up.
    pub fn after(&self, tried: u32, source: &Source) -> Option<Duration> {
        (tried < self.tries).then(|| self.wait(tried, source))
    }

    /// The same, however many tries there were.
    pub fn wait(&self, tried: u32, source: &Source) -> Duration {
        let doubled =
            self.first.saturating_mul(2_u32.saturating_pow(tried.saturating_sub(1))).min(self.longest);
        let share = u32::from(u16::from_be_bytes(source.bytes()));
        doubled / 2 + doubled * share / (2 * u32::from(u16::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_end() {
        let source = Source::system();
        let backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_mins(1), tries: 9 };
        for (tried, most) in [(1, 1), (2, 2), (3, 4), (7, 60), (8, 60)] {
            let wait = backoff.after(tried, &source).unwrap();
            assert!(
                wait >= Duration::from_secs(most) / 2 && wait <= Duration::from_secs(most),
                "{tried}: {wait:?}"
            );
        }
        assert_eq!(backoff.after(9, &source), None);
    }

    #[tokio::test]
    async fn only_stale_is_tried_again_and_only_so_often() {
        let mut runs = 0;
        let answer: Result<(), bool> = retry_stale(
            3,
            |stale| *stale,
            || {
                runs += 1;
                async { Err(true) }
            },
        )
        .await;
        assert_eq!((answer, runs), (Err(true), 3));
    }
}
