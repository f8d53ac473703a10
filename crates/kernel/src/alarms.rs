use std::sync::Arc;

use tokio::sync::{Mutex, mpsc};

use crate::Alert;

/// Alerts on their way: raised where nobody can wait, sent by whoever drives it. Clones share them.
#[derive(Debug, Clone)]
pub struct Alarms {
    raised: mpsc::Sender<Alert>,
    waiting: Arc<Mutex<mpsc::Receiver<Alert>>>,
}

impl Default for Alarms {
    fn default() -> Self {
        let (raised, waiting) = mpsc::channel(Self::WAITING);
        Self { raised, waiting: Arc::new(Mutex::new(waiting)) }
    }
}

impl Alarms {
    /// Alerts that wait at most; a further one is logged instead.
    pub const WAITING: usize = 64;

    /// Has it sent soon. Never waits.
    pub fn raise(&self, alert: Alert) {
        if let Err(full) = self.raised.try_send(alert) {
            let alert = full.into_inner();
            tracing::error!(title = alert.title, message = alert.message, "too many alerts wait to be sent");
        }
    }

    /// Waits for the next one. Cancel-safe.
    pub async fn next(&self) -> Alert {
        match self.waiting.lock().await.recv().await {
            Some(alert) => alert,
            // Whoever waits here could raise one, so the channel is never closed.
            None => std::future::pending().await,
        }
    }
}
