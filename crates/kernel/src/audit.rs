use std::net::IpAddr;

use serde_json::Value;

use crate::{Actor, Agent, AuditId, Entity, Id, RequestId, TenantId, Timestamp};

/// What can be done and is written down: a stable name, `auth.login`, and how much a doing of it weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Action {
    /// Domain and verb: `tenants.create`.
    pub name: &'static str,
    /// 0 (everyday) to 100; 70 and more raise an alert.
    pub risk: u8,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was done.
    Success,
    /// It was refused.
    Refused,
}

impl Outcome {
    /// The word it is stored and shown by.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Refused => "refused",
        }
    }
}

/// One line of the audit log, written in the commit of the act itself. It holds no secret.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// In which workspace, if in one.
    pub tenant: Option<TenantId>,
    /// Whose act.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// How it ended.
    pub outcome: Outcome,
    /// To what: an id as it is shown.
    pub resource: Option<String>,
    /// What changed, as it was.
    pub before: Option<Value>,
    /// What changed, as it is.
    pub after: Option<Value>,
    /// Why, in the actor's words.
    pub reason: Option<String>,
    /// From which address.
    pub ip: Option<IpAddr>,
    /// By which client.
    pub agent: Option<Agent>,
    /// By which request.
    pub request: RequestId,
}

impl AuditEntry {
    /// The same, about that resource.
    #[must_use]
    pub fn on<E: Entity>(mut self, resource: Id<E>) -> Self {
        self.resource = Some(resource.to_string());
        self
    }

    /// The same, with why, in the words of whoever did it.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The same, with what changed.
    #[must_use]
    pub fn changing(mut self, before: Value, after: Value) -> Self {
        self.before = Some(before);
        self.after = Some(after);
        self
    }
}
