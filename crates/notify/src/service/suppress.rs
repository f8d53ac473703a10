use saaskit_kernel::{Action, AuditEntry, Call, Email, Faults, Outcome, Page, Paged};
use serde_json::{Value, json};

use super::Notify;
use crate::write::{NotifyWrite, SuppressionWrite};
use crate::{NotifyError, Suppression, SuppressionId, SuppressionReason, action};

/// An address that is to get no mail any more, except about the account itself.
#[derive(Debug, Clone)]
pub struct NewSuppression {
    /// Which.
    pub address: String,
    /// The workspace whose mail it gets no more; everybody's if nobody's in particular.
    pub tenant: Option<String>,
}

impl Notify {
    /// Addresses that get no mail, all or one; for operators.
    pub async fn list_suppressions(
        &self,
        address: Option<&str>,
        page: Page<SuppressionId>,
    ) -> Result<Paged<Suppression>, NotifyError> {
        let mut faults = Faults::default();
        let address = address.and_then(|address| faults.keep("address", Email::parse(address)));
        if !faults.is_empty() {
            return Err(NotifyError::Invalid(faults.into_vec()));
        }
        Ok(self.ports.suppressions.suppressions(address.as_ref(), page).await?)
    }

    /// Lets an address get no mail any more; gives what holds it back, which may be older. For operators.
    pub async fn suppress(&self, call: &Call, ask: NewSuppression) -> Result<Suppression, NotifyError> {
        let mut faults = Faults::default();
        let address = faults.keep("address", Email::parse(&ask.address));
        let tenant = faults.keep("tenant_id", ask.tenant.map(|tenant| tenant.parse()).transpose());
        let (Some(address), Some(tenant)) = (address, tenant) else {
            return Err(NotifyError::Invalid(faults.into_vec()));
        };
        let known = self.ports.suppressions.suppression(&address, tenant).await?;
        if let Some(known) = known.filter(|known| known.tenant == tenant) {
            return Ok(known);
        }
        let (id, since) = (self.ports.source.id(), self.ports.source.now());
        let new = Suppression { id, address, tenant, reason: SuppressionReason::Manual, since };
        let entry = self.entry(call, action::SUPPRESS, &new).changing(json!(null), shown(&new));
        let add = NotifyWrite::from(SuppressionWrite::Add(new.clone()));
        self.ports.store.commit(call.commit().write(add).record(entry)).await?;
        // Somebody may have added one at the same time, and the first stays.
        let first = self.ports.suppressions.suppression(&new.address, tenant).await?;
        Ok(first.filter(|first| first.tenant == tenant).unwrap_or(new))
    }

    /// Lets an address get mail again. For operators.
    pub async fn lift_suppression(&self, call: &Call, id: &str) -> Result<(), NotifyError> {
        // What can't be an id is the id of nothing.
        let id = id.parse().map_err(|_| NotifyError::SuppressionNotFound)?;
        let known = self.ports.suppressions.suppression_by_id(id).await?;
        let known = known.ok_or(NotifyError::SuppressionNotFound)?;
        let entry = self.entry(call, action::LIFT_SUPPRESSION, &known).changing(shown(&known), json!(null));
        let remove = NotifyWrite::from(SuppressionWrite::Remove(known.address, known.tenant));
        Ok(self.ports.store.commit(call.commit().write(remove).record(entry)).await?)
    }

    fn entry(&self, call: &Call, action: Action, of: &Suppression) -> AuditEntry {
        call.entry(&self.ports.source, action, Outcome::Success, of.tenant).on(of.id)
    }
}

/// As the audit log keeps it, which forgets nothing: of the address no more than a debug print shows.
fn shown(suppression: &Suppression) -> Value {
    let Suppression { address, reason, .. } = suppression;
    json!({ "address": format!("{address:?}"), "reason": reason.as_str() })
}
