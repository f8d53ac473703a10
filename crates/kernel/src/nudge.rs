use std::sync::Arc;

use tokio::sync::Notify;

/// Wakes whoever waits for work. However often it is nudged before it looks, it is woken once. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Nudge(Arc<Notify>);

impl Nudge {
    /// Wakes who waits, or who waits next.
    pub fn nudge(&self) {
        self.0.notify_one();
    }

    /// Waits to be nudged; comes back at once if it was since the last time. Cancel-safe. One waits at a time.
    pub async fn nudged(&self) {
        self.0.notified().await;
    }
}
