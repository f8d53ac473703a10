use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::{
    Action, AuditEntry, Claim, ClaimWrite, Commit, Outcome, SessionId, Source, TenantId, Timestamp,
    TokenHash, UserId,
};

/// Who a request turned out to be from, after its credential was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The user.
    pub user: UserId,
    /// The sign-in the request acts under.
    pub session: SessionId,
    /// When the user last proved who they are.
    pub authenticated_at: Timestamp,
    /// How (the values of `amr`, RFC 8176).
    pub methods: Vec<String>,
    /// The workspace the session acts in, if in one.
    pub tenant: Option<TenantId>,
    /// From then on its credential should be replaced; none where it need not be.
    pub renew_from: Option<Timestamp>,
    /// The hash of the cookie that told who it is; without one, something else did.
    pub cookie: Option<TokenHash>,
}

impl Principal {
    /// Somebody who signed in at that time, by password, and acts in no workspace.
    pub fn new(user: UserId, session: SessionId, authenticated_at: Timestamp) -> Self {
        let methods = vec!["pwd".to_owned()];
        Self { user, session, authenticated_at, methods, tenant: None, renew_from: None, cookie: None }
    }

    /// Whether the user proved who they are at most `within` before `now`.
    pub fn is_recent(&self, now: Timestamp, within: Duration) -> bool {
        now.since(self.authenticated_at) <= within
    }
}

/// Whose act something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Actor {
    /// Nobody who has proved who they are.
    Nobody,
    /// A user, under a session.
    User(UserId, SessionId),
    /// saaskit itself: a job of this kind.
    Work(&'static str),
    /// Whoever runs commands on the machine.
    Operator,
}

impl Actor {
    /// The word it is stored and shown by.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::User(..) => "user",
            Self::Work(_) => "work",
            Self::Operator => "operator",
        }
    }

    /// Which one of that kind.
    pub fn id(&self) -> Option<String> {
        match self {
            Self::User(user, _) => Some(user.to_string()),
            Self::Work(kind) => Some((*kind).to_owned()),
            Self::Nobody | Self::Operator => None,
        }
    }
}

/// Names one request in answers, logs and audit entries.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// Takes a caller's id if it is sane: 8 to 64 letters, digits, `-`, `_` or `.`.
    pub fn parse(text: &str) -> Option<Self> {
        let sane = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        ((8..=64).contains(&text.len()) && text.bytes().all(sane)).then(|| Self(text.into()))
    }

    /// A fresh one.
    pub fn fresh(source: &Source) -> Self {
        Self(source.id::<()>().uuid().simple().to_string().into())
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a client calls itself: at most 400 characters, none of them control characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Agent(String);

impl Agent {
    /// Cuts what is too long and leaves out control characters.
    pub fn new(text: &str) -> Self {
        Self(text.chars().filter(|c| !c.is_control()).take(400).collect())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who asks, and by which request: the first argument of every use case.
#[derive(Debug, Clone)]
pub struct Call {
    /// Whose act it is.
    pub actor: Actor,
    /// The request it came by.
    pub request: RequestId,
    /// The address it came from.
    pub ip: Option<IpAddr>,
    /// The client it came by.
    pub agent: Option<Agent>,
    /// Its claim to be the one that has the effect, where its sender gave it a key.
    pub claim: Option<Claim>,
}

impl Call {
    /// Opens the commit of the call's effect: its claim rides in it. A use case of several commits opens the one
    /// with the first effect outside like this, and the others by [`Commit::new`].
    pub fn commit(&self) -> Commit {
        match self.claim {
            Some(claim) => Commit::new().write(ClaimWrite::Make(claim)),
            None => Commit::new(),
        }
    }

    /// A call of saaskit itself, for a job of that kind.
    pub fn of_work(kind: &'static str, source: &Source) -> Self {
        Self::within(Actor::Work(kind), source)
    }

    /// A call of whoever runs commands on the machine.
    pub fn of_operator(source: &Source) -> Self {
        Self::within(Actor::Operator, source)
    }

    fn within(actor: Actor, source: &Source) -> Self {
        Self { actor, request: RequestId::fresh(source), ip: None, agent: None, claim: None }
    }

    /// An audit entry of this call; complete it with [`AuditEntry::on`] and its kin.
    pub fn entry(
        &self,
        source: &Source,
        action: Action,
        outcome: Outcome,
        tenant: Option<TenantId>,
    ) -> AuditEntry {
        AuditEntry {
            id: source.id(),
            at: source.now(),
            tenant,
            actor: self.actor,
            action,
            outcome,
            resource: None,
            before: None,
            after: None,
            reason: None,
            ip: self.ip,
            agent: self.agent.clone(),
            request: self.request.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_that_could_forge_a_log_line_is_not_taken() {
        assert!(RequestId::parse("0123abcd-ok_.9").is_some());
        for text in ["", "short", "a b c d e f g", "line\nbreak-line", &"a".repeat(65)] {
            assert!(RequestId::parse(text).is_none(), "{text:?}");
        }
    }
}
