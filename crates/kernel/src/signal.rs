use std::borrow::Cow;
use std::fmt;

use async_trait::async_trait;

use crate::{PortError, Timestamp};

/// Tells every node that what it remembers about something is not true any more. It rides in the commit that made
/// it untrue, and carries no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// What it is about: `auth.session_ended`.
    pub name: Cow<'static, str>,
    /// Of whom or what: an id as it is shown.
    pub subject: String,
    /// A number that matters to who listens; 0 where none does.
    pub number: u64,
    /// Nobody needs to know it after this.
    pub until: Timestamp,
}

/// How far somebody has followed the signals of one store. Only that store can read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SignalCursor(pub i64);

/// The signals that are kept for every node.
///
/// # Contract
///
/// - A signal is given once its commit is visible, to everybody who asks with a cursor from before that, however
///   the commits overlapped; it may be given again, but is never left out.
/// - `live` gives all whose time is not over, and a cursor from which nothing is left out.
/// - What is forgotten was over.
#[async_trait]
pub trait Signals: fmt::Debug + Send + Sync + 'static {
    /// All that matter at `now`.
    async fn live(&self, now: Timestamp) -> Result<(Vec<Signal>, SignalCursor), PortError>;

    /// What was committed since.
    async fn since(&self, cursor: SignalCursor) -> Result<(Vec<Signal>, SignalCursor), PortError>;

    /// Removes signals whose time is over at `now`; gives how many.
    async fn forget(&self, now: Timestamp) -> Result<u64, PortError>;
}
