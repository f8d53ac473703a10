use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::{Alert, Alerts, PortError, Source, Timestamp};

/// Tells of what has one title at most once a minute. What comes between is counted, and the next that is told says
/// how often it came.
#[derive(Debug)]
pub struct SparseAlerts {
    inner: Arc<dyn Alerts>,
    source: Source,
    told: Mutex<HashMap<String, Told>>,
}

#[derive(Debug, Clone, Copy)]
struct Told {
    at: Timestamp,
    since: u32,
}

impl SparseAlerts {
    const APART: Duration = Duration::from_mins(1);
    /// Titles that are remembered at most.
    const TITLES: usize = 256;

    /// Tells by `inner`.
    pub fn new(inner: Arc<dyn Alerts>, source: Source) -> Self {
        Self { inner, source, told: Mutex::default() }
    }

    /// How often the title came since it was told, if it may be told again now.
    fn claim(&self, title: &str) -> Option<u32> {
        let now = self.source.now();
        let mut told = self.told();
        match told.get_mut(title) {
            Some(before) if now.since(before.at) < Self::APART => {
                before.since += 1;
                return None;
            }
            _ => {}
        }
        let since = told.remove(title).map_or(0, |before| before.since);
        if told.len() >= Self::TITLES {
            told.retain(|_, before| now.since(before.at) < Self::APART);
        }
        if told.len() < Self::TITLES {
            told.insert(title.to_owned(), Told { at: now, since: 0 });
        }
        Some(since)
    }

    fn told(&self) -> MutexGuard<'_, HashMap<String, Told>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Alerts for SparseAlerts {
    async fn send(&self, alert: &Alert) -> Result<(), PortError> {
        let Some(since) = self.claim(&alert.title) else { return Ok(()) };
        let mut alert = alert.clone();
        if since > 0 {
            alert.fields.push(("times_since_told", since.to_string()));
        }
        let sent = self.inner.send(&alert).await;
        if sent.is_err() {
            self.told().remove(&alert.title);
        }
        sent
    }
}
