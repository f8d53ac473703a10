use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use saaskit_kernel::{ErrorKind, EventBus, Heard, Hints, LONGEST_HINT, PortError};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender};

/// Hints within one process. Each subscriber may be behind by so many hints of its topic; then it misses the oldest
/// and is told.
#[derive(Debug)]
pub struct MemoryEventBus {
    behind: usize,
    topics: Mutex<HashMap<&'static str, Sender<Arc<str>>>>,
}

impl MemoryEventBus {
    /// A bus whose subscribers may be behind by so many hints, at least one.
    pub fn new(behind: usize) -> Self {
        Self { behind: behind.max(1), topics: Mutex::default() }
    }

    fn topic(&self, topic: &'static str) -> Sender<Arc<str>> {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        topics.entry(topic).or_insert_with(|| Sender::new(self.behind)).clone()
    }
}

#[async_trait]
impl EventBus for MemoryEventBus {
    async fn publish(&self, topic: &'static str, body: &str) -> Result<(), PortError> {
        if body.len() > LONGEST_HINT {
            return Err(PortError::new(ErrorKind::Invalid, "memory").because("the hint is too long"));
        }
        // That nobody listens is no failure.
        drop(self.topic(topic).send(body.into()));
        Ok(())
    }

    async fn subscribe(&self, topic: &'static str) -> Result<Box<dyn Hints>, PortError> {
        Ok(Box::new(MemoryHints(self.topic(topic).subscribe())))
    }
}

#[derive(Debug)]
struct MemoryHints(Receiver<Arc<str>>);

#[async_trait]
impl Hints for MemoryHints {
    async fn next(&mut self) -> Heard {
        match self.0.recv().await {
            Ok(body) => Heard::Hint(body.to_string()),
            Err(RecvError::Lagged(_)) => Heard::Missed,
            // The bus is gone, and nothing will ever be published again.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
