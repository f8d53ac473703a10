use std::sync::Arc;

use uuid::Builder;

use crate::{Clock, Entropy, Id, SystemClock, SystemEntropy, Timestamp, Token};

/// Where time, ids and secrets come from: a [`Clock`] and an [`Entropy`] together.
#[derive(Debug, Clone)]
pub struct Source {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Source {
    /// From a clock and an entropy.
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy }
    }

    /// The machine's own.
    pub fn system() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(SystemEntropy))
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A fresh, time-ordered id (`UUIDv7`, RFC 9562 section 5.7).
    pub fn id<E>(&self) -> Id<E> {
        let millis = u64::try_from(self.now().millis()).unwrap_or(0);
        Id::from_uuid(Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid())
    }

    /// A fresh one-time token of 32 random bytes.
    pub fn token(&self) -> Token {
        Token::from_bytes(self.bytes())
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }
}
