use std::any::Any;
use std::fmt::Debug;

use crate::TenantId;

/// When a write is applied among the writes of a commit. Rows that many commits touch come last, so that
/// their locks are held shortest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Order {
    /// A row of its own.
    Row,
    /// A counter many commits meet at.
    Counter,
}

/// The one thing a write changes. Two writes of one target in a commit are a bug. Targets are applied in
/// order, so that two commits that share several never wait for each other in a circle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// Rows first, counters last.
    pub order: Order,
    /// The aggregate: `auth.user`.
    pub aggregate: &'static str,
    /// Which one: the bytes of its id or hash.
    pub key: Vec<u8>,
}

impl Target {
    /// A row of `aggregate`.
    pub fn row(aggregate: &'static str, key: impl AsRef<[u8]>) -> Self {
        Self { order: Order::Row, aggregate, key: key.as_ref().to_vec() }
    }
}

/// One domain's writes: an exhaustive enum, so that a new write breaks the build of every store until it is
/// applied there.
pub trait DomainWrite: Any + Debug + Send + Sync {
    /// The workspace whose data it changes, if it is a workspace's.
    fn tenant(&self) -> Option<TenantId>;

    /// What it changes.
    fn target(&self) -> Target;
}

/// A [`DomainWrite`] of any domain.
#[derive(Debug)]
pub struct Write(Box<dyn DomainWrite>);

impl Write {
    /// Forgets which domain it is of.
    pub fn new(write: impl DomainWrite) -> Self {
        Self(Box::new(write))
    }

    /// The write, if it is of that domain.
    pub fn of<W: DomainWrite>(&self) -> Option<&W> {
        (self.0.as_ref() as &dyn Any).downcast_ref()
    }

    /// See [`DomainWrite::tenant`].
    pub fn tenant(&self) -> Option<TenantId> {
        self.0.tenant()
    }

    /// See [`DomainWrite::target`].
    pub fn target(&self) -> Target {
        self.0.target()
    }
}
