use saaskit_kernel::Call;
use saaskit_notify::{Branding, NewBranding, Notify};
use saaskit_tenants::{Allowed, Member, Tenants};

use crate::StoryError;

/// What the mails of a workspace look like: tenants lets in, notify knows the looks.
#[derive(Debug, Clone)]
pub struct TenantBrand {
    /// Knows who is in which workspace.
    pub tenants: Tenants,
    /// Knows what its mails look like.
    pub notify: Notify,
}

impl TenantBrand {
    /// What they look like, and whether the workspace chose that itself.
    pub async fn show(&self, inside: &Member) -> Result<(Branding, bool), StoryError> {
        Ok(self.notify.branding(inside.tenant().id).await?)
    }

    /// Sets what they look like.
    pub async fn set(&self, call: &Call, by: &Allowed, ask: &NewBranding) -> Result<Branding, StoryError> {
        Ok(self.notify.set_branding(call, by.tenant(), ask).await?)
    }

    /// Lets them look like the installation's again.
    pub async fn reset(&self, call: &Call, by: &Allowed) -> Result<(), StoryError> {
        Ok(self.notify.reset_branding(call, by.tenant()).await?)
    }
}
