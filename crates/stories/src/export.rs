use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use saaskit_auth::Auth;
use saaskit_kernel::{Call, Page, Principal, UserId};
use saaskit_tenants::Tenants;
use serde_json::{Value, json};

use crate::StoryError;

/// What else is held on a person, by whoever builds on saaskit.
#[async_trait]
pub trait ExportPart: fmt::Debug + Send + Sync + 'static {
    /// Under which name it stands.
    fn name(&self) -> &'static str;

    /// All of it, but for secrets.
    async fn export(&self, user: UserId) -> Result<Value, StoryError>;
}

/// Everything that is held on whoever asks, as one document.
#[derive(Debug, Clone)]
pub struct Export {
    /// Holds the account.
    pub auth: Auth,
    /// Holds what the person is in which workspace.
    pub tenants: Tenants,
    /// Who else holds something.
    pub parts: Vec<Arc<dyn ExportPart>>,
}

/// So many workspaces are read at once.
const PAGE: u32 = 100;

impl Export {
    /// Puts it together.
    pub async fn export(&self, call: &Call, by: &Principal) -> Result<Value, StoryError> {
        let mut all = self.auth.export(call, by).await?;
        all["memberships"] = self.memberships(by).await?.into();
        for part in &self.parts {
            all[part.name()] = part.export(by.user).await?;
        }
        Ok(all)
    }

    async fn memberships(&self, by: &Principal) -> Result<Vec<Value>, StoryError> {
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let part = self.tenants.list(by, Page { after, limit: PAGE }).await?;
            after = part.items.last().map(|(tenant, _)| tenant.id);
            all.extend(part.items.iter().map(|(tenant, membership)| {
                json!({
                    "tenant": tenant.id,
                    "tenant_name": tenant.name,
                    "role": membership.role.as_str(),
                    "since": membership.created_at,
                })
            }));
            if !part.has_more {
                return Ok(all);
            }
        }
    }
}
