use std::fmt;

use async_trait::async_trait;

use crate::PortError;

/// What somebody who waits for hints is told next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A hint that was published to the topic: its body.
    Hint(String),
    /// Hints may have been missed: the connection was lost and is back, or this subscriber was too slow. Whoever
    /// hears it looks at the store.
    Missed,
}

/// The most bytes a hint's body may have.
pub const LONGEST_HINT: usize = 4096;

/// Carries hints between nodes, to hurry them: what is true is in the store, and whoever hears nothing finds it
/// there a little later. Nothing is kept for who is not there.
///
/// # Contract
///
/// - Whoever subscribed before a hint was published gets it, on every node, the publisher's included; hints of one
///   publisher in the order in which they were published.
/// - Who subscribed to another topic does not get it.
/// - Where hints may have been lost, each subscriber hears [`Heard::Missed`] afterwards, and then what is published
///   from then on.
/// - Nobody waits for a subscriber: one that does not listen delays neither publishers nor other subscribers, and
///   holds a bounded number of hints.
/// - Bodies are carried as they are, up to [`LONGEST_HINT`] bytes; a longer one is `Invalid`.
#[async_trait]
pub trait EventBus: fmt::Debug + Send + Sync + 'static {
    /// Tells whoever listens to the topic.
    async fn publish(&self, topic: &'static str, body: &str) -> Result<(), PortError>;

    /// Listens to the topic from when it answers on.
    async fn subscribe(&self, topic: &'static str) -> Result<Box<dyn Hints>, PortError>;
}

/// One listener of an [`EventBus`]. Dropped, it listens no more.
#[async_trait]
pub trait Hints: fmt::Debug + Send {
    /// Waits for the next. Cancel-safe: what was not given yet is given next time. It waits out a lost connection.
    async fn next(&mut self) -> Heard;
}
