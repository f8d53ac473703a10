//! What notify asks of the world, besides the kernel's senders.

use std::fmt;

use async_trait::async_trait;
use saaskit_kernel::{Email, Page, Paged, PortError, TenantId};

use crate::{Branding, Captured, Message, MessageId, Suppression, SuppressionId, Topic};

/// Reads messages.
///
/// # Contract
///
/// - A stored message is read back as it was saved, one version up from what was saved.
/// - What is not there is `None`.
/// - Those to an address, as it is spelt here or in its normal form, come in the order of their ids, of every
///   workspace.
#[async_trait]
pub trait Messages: fmt::Debug + Send + Sync + 'static {
    /// By id; for the worker, which knows no workspace.
    async fn message(&self, id: MessageId) -> Result<Option<Message>, PortError>;

    /// Those to that address; for whoever reads there.
    async fn messages_to(&self, address: &Email, page: Page<MessageId>) -> Result<Paged<Message>, PortError>;
}

/// Reads where mail is no longer sent to.
///
/// # Contract
///
/// - What counts for a workspace is its own suppression, and otherwise the one that counts everywhere; another
///   workspace's never does.
/// - Spellings of one address are one address.
/// - Each is found by its id, and on one page of a list in the order of the ids, of all addresses or of one.
#[async_trait]
pub trait Suppressions: fmt::Debug + Send + Sync + 'static {
    /// The one that holds back a workspace's mail to an address; `None` asks for the installation's own mail.
    async fn suppression(
        &self,
        address: &Email,
        tenant: Option<TenantId>,
    ) -> Result<Option<Suppression>, PortError>;

    /// By id; for operators, who see those of every workspace.
    async fn suppression_by_id(&self, id: SuppressionId) -> Result<Option<Suppression>, PortError>;

    /// All, or those of one address; for operators.
    async fn suppressions(
        &self,
        address: Option<&Email>,
        page: Page<SuppressionId>,
    ) -> Result<Paged<Suppression>, PortError>;
}

/// Reads what mail is not wanted.
///
/// # Contract
///
/// - What was refused of one sender, a workspace or the installation, is not refused of another.
/// - Spellings of one address are one address.
#[async_trait]
pub trait Preferences: fmt::Debug + Send + Sync + 'static {
    /// What the reader of an address refused of a workspace, or of the installation itself, in their order.
    async fn opted_out(&self, address: &Email, tenant: Option<TenantId>) -> Result<Vec<Topic>, PortError>;
}

/// Reads what a workspace's mails look like.
///
/// # Contract
///
/// - What was set is read back as it was set last, for its workspace and for no other.
/// - Where nothing was set, or it was reset, there is `None`.
#[async_trait]
pub trait Brandings: fmt::Debug + Send + Sync + 'static {
    /// What that workspace chose.
    async fn branding(&self, tenant: TenantId) -> Result<Option<Branding>, PortError>;
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
