//! What notify asks of the world, besides the kernel's senders.

use std::fmt;

use async_trait::async_trait;
use saaskit_kernel::PortError;

use crate::{Captured, Message, MessageId};

/// Reads messages.
///
/// # Contract
///
/// - A stored message is read back as it was saved, one version up from what was saved.
/// - What is not there is `None`.
#[async_trait]
pub trait Messages: fmt::Debug + Send + Sync + 'static {
    /// By id; for the worker, which knows no workspace.
    async fn message(&self, id: MessageId) -> Result<Option<Message>, PortError>;
}

/// Reads the development outbox.
///
/// # Contract
///
/// - What was kept comes back as it was, newest first, once by its id.
#[async_trait]
pub trait Outbox: fmt::Debug + Send + Sync + 'static {
    /// The newest `limit`.
    async fn newest(&self, limit: u32) -> Result<Vec<Captured>, PortError>;
}
