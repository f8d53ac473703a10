use saaskit_kernel::{Call, Outcome, Principal};
use serde_json::{Value, json};

use super::Auth;
use crate::{AuthError, Session, User, action};

impl Auth {
    /// Everything auth holds on whoever asks, but for secrets and their hashes.
    pub async fn export(&self, call: &Call, principal: &Principal) -> Result<Value, AuthError> {
        let user = self.me(principal).await?;
        let sessions = self.ports.sessions.sessions_of(user.id, self.ports.source.now()).await?;
        let assignments = self.ports.roles.assignments(user.id).await?;
        let roles: Vec<Value> =
            assignments.iter().map(|given| json!({ "tenant": given.tenant, "roles": given.roles })).collect();
        let entry = call.entry(&self.ports.source, action::EXPORT, Outcome::Success, None).on(user.id);
        self.ports.store.commit(call.commit().record(entry)).await?;
        Ok(json!({
            "account": account(&user),
            "sessions": sessions.iter().map(session).collect::<Vec<_>>(),
            "roles": roles,
        }))
    }
}

fn account(user: &User) -> Value {
    json!({
        "id": user.id,
        "email": user.email.original(),
        "email_verified_at": user.verified_at,
        "name": user.name,
        "locale": user.locale.as_str(),
        "has_password": user.password.is_some(),
        "status": user.status.as_str(),
        "super_admin": user.super_admin,
        "created_at": user.created_at,
    })
}

fn session(session: &Session) -> Value {
    json!({
        "id": session.id,
        "method": session.method.as_str(),
        "created_at": session.created_at,
        "authenticated_at": session.authenticated_at,
        "seen_at": session.seen_at,
        "expires_at": session.expires_at,
        "tenant": session.tenant,
        "ip": session.ip,
        "user_agent": session.agent.as_ref().map(saaskit_kernel::Agent::as_str),
    })
}
