use std::time::Duration;

use tokio::time::sleep;

use super::error::is_passing;

/// Counts how often something was tried again because its cause is over at once: a lost connection, a deadlock.
#[derive(Debug, Default)]
pub(super) struct Retries(u32);

impl Retries {
    const MOST: u32 = 3;

    /// Whether to try again now; waits a moment before it says so.
    pub(super) async fn again(&mut self, cause: &sqlx::Error) -> bool {
        if self.0 == Self::MOST || !is_passing(cause) {
            return false;
        }
        tracing::info!(error = cause as &dyn std::error::Error, "the database is asked again");
        sleep(Duration::from_millis(10) * 2_u32.pow(self.0)).await;
        self.0 += 1;
        true
    }
}
