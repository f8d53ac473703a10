use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::sleep;

/// Counts how often something was tried again because its cause is over at once: a lost connection, two writers of
/// one document.
#[derive(Debug)]
pub(crate) struct Retries {
    left: u32,
    wait: Duration,
}

impl Retries {
    const LONGEST: Duration = Duration::from_millis(200);

    /// For a question: what is lost is found by asking once or twice more.
    pub(crate) fn of_a_question() -> Self {
        Self { left: 3, wait: Duration::from_millis(10) }
    }

    /// For a commit: of many writers of one document one gets through at a time.
    pub(crate) fn of_a_commit() -> Self {
        Self { left: 40, wait: Duration::from_millis(2) }
    }

    /// Whether to try again now; waits a moment before it says so.
    pub(crate) async fn again(&mut self, cause: &(dyn std::error::Error + Send + Sync)) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        tracing::debug!(error = %cause, "the database is asked again");
        sleep(spread(self.wait)).await;
        self.wait = (self.wait * 2).min(Self::LONGEST);
        true
    }
}

/// Between half and all of it, so that those who met once don't meet again.
fn spread(wait: Duration) -> Duration {
    let share = u32::try_from(RandomState::new().hash_one(wait) % 1000).unwrap_or_default();
    wait / 2 + wait * share / 2000
}
