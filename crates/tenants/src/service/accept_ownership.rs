use saaskit_kernel::{Call, retry_stale};

use super::{TRIES, Tenants, is_contended};
use crate::write::{MembershipWrite, TenantsWrite};
use crate::{Member, MemberError, Membership, Role, Tenant, TenantsError, action, event};

impl Tenants {
    /// Takes an offered workspace: whoever asks owns it, and whoever offered it becomes an admin. Gives the
    /// membership of the new owner.
    pub async fn accept_ownership(&self, call: &Call, by: &Member) -> Result<Membership, TenantsError> {
        retry_stale(TRIES, is_contended, || self.accept_ownership_once(call, by)).await
    }

    async fn accept_ownership_once(&self, call: &Call, by: &Member) -> Result<Membership, TenantsError> {
        let tenant = self.usable(by.tenant().id).await?;
        let offer = tenant.transfer.ok_or(MemberError::NoTransfer)?;
        offer.check(by.membership().id, self.ports.source.now())?;
        let taker = self.held(tenant.id, offer.to).await?;
        let giver = self.ports.members.membership(tenant.id, offer.from).await?;
        let is_owner = |member: &Membership| member.is_active() && member.role == Role::Owner;
        // Who is no owner any more has nothing to give, and who became one needs no gift.
        let giver =
            giver.filter(is_owner).filter(|_| taker.role != Role::Owner).ok_or(MemberError::NoTransfer)?;
        let (taker, giver) =
            (Membership { role: Role::Owner, ..taker }, Membership { role: Role::Admin, ..giver });
        let changed = Tenant { transfer: None, ..tenant };
        let acts = (action::ACCEPT_OWNERSHIP, event::OWNERSHIP_ACCEPTED);
        let commit = self
            .transferring(call, acts, changed, taker.id, taker.user)
            .write(TenantsWrite::from(MembershipWrite::Save(taker.clone())))
            .write(TenantsWrite::from(MembershipWrite::Save(giver)));
        self.commit(commit).await?;
        Ok(Membership { version: taker.version.next(), ..taker })
    }
}
