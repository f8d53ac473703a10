use saaskit_auth::{Auth, GoesOn};
use saaskit_kernel::{Call, Principal};
use saaskit_tenants::{Member, Tenants};

use crate::StoryError;

/// Acting in a workspace: tenants lets in, auth remembers it with the session.
#[derive(Debug, Clone)]
pub struct EnterTenant {
    /// Keeps the session.
    pub auth: Auth,
    /// Knows who is a member.
    pub tenants: Tenants,
}

impl EnterTenant {
    /// Has the session of whoever asks act in a workspace they are in. Gives what it goes on by.
    pub async fn enter(&self, call: &Call, by: &Principal, inside: &Member) -> Result<GoesOn, StoryError> {
        Ok(self.auth.act_in(call, by, Some(inside.tenant().id)).await?)
    }
}
