use async_trait::async_trait;
use saaskit_kernel::{PortError, Signal, SignalCursor, Signals, Timestamp};

use crate::MemoryStore;

/// The signals that are kept, each with its number, and how many were ever told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    kept: Vec<(i64, Signal)>,
    told: i64,
}

impl Told {
    pub(crate) fn add(&mut self, signal: Signal) {
        self.told += 1;
        self.kept.push((self.told, signal));
    }

    fn heard(&self, matters: impl Fn(i64, &Signal) -> bool) -> (Vec<Signal>, SignalCursor) {
        let matter = self.kept.iter().filter(|(number, signal)| matters(*number, signal));
        (matter.map(|(_, signal)| signal.clone()).collect(), SignalCursor(self.told))
    }
}

#[async_trait]
impl Signals for MemoryStore {
    async fn live(&self, now: Timestamp) -> Result<(Vec<Signal>, SignalCursor), PortError> {
        Ok(self.state().signals.heard(|_, signal| now <= signal.until))
    }

    async fn since(&self, cursor: SignalCursor) -> Result<(Vec<Signal>, SignalCursor), PortError> {
        Ok(self.state().signals.heard(|number, _| number > cursor.0))
    }

    async fn forget(&self, now: Timestamp) -> Result<u64, PortError> {
        let kept = &mut self.state().signals.kept;
        let before = kept.len();
        kept.retain(|(_, signal)| now <= signal.until);
        Ok((before - kept.len()) as u64)
    }
}
