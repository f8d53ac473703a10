use saaskit_kernel::{Call, Outcome, TenantId};
use serde_json::json;

use super::Notify;
use crate::write::{BrandingWrite, NotifyWrite};
use crate::{Branding, NewBranding, NotifyError, action};

impl Notify {
    /// What a workspace's mails look like, and whether it chose that itself. Whoever asks has shown that they may
    /// look into the workspace.
    pub async fn branding(&self, tenant: TenantId) -> Result<(Branding, bool), NotifyError> {
        let own = self.ports.brandings.branding(tenant).await?;
        Ok(own.map_or_else(|| (self.brand.clone(), false), |own| (own, true)))
    }

    /// Sets what a workspace's mails look like from now on. Whoever asks has shown that they may change the workspace.
    pub async fn set_branding(
        &self,
        call: &Call,
        tenant: TenantId,
        ask: &NewBranding,
    ) -> Result<Branding, NotifyError> {
        let after = Branding::parse(ask).map_err(NotifyError::Invalid)?;
        let before = self.ports.brandings.branding(tenant).await?;
        if before.as_ref() == Some(&after) {
            return Ok(after);
        }
        let entry = call.entry(&self.ports.source, action::SET_BRANDING, Outcome::Success, Some(tenant));
        let commit = call
            .commit()
            .write(NotifyWrite::from(BrandingWrite::Set(tenant, after.clone())))
            .record(entry.on(tenant).changing(json!(before), json!(after)));
        self.ports.store.commit(commit).await?;
        Ok(after)
    }

    /// Lets a workspace's mails look like the installation's again. Whoever asks has shown that they may change the
    /// workspace.
    pub async fn reset_branding(&self, call: &Call, tenant: TenantId) -> Result<(), NotifyError> {
        let Some(before) = self.ports.brandings.branding(tenant).await? else { return Ok(()) };
        let entry = call.entry(&self.ports.source, action::RESET_BRANDING, Outcome::Success, Some(tenant));
        let commit = call
            .commit()
            .write(NotifyWrite::from(BrandingWrite::Reset(tenant)))
            .record(entry.on(tenant).changing(json!(before), json!(null)));
        Ok(self.ports.store.commit(commit).await?)
    }
}
