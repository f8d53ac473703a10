use async_trait::async_trait;
use saaskit_auth::Veto;
use saaskit_auth::port::Belongings;
use saaskit_kernel::{Call, Commit, Guard, Name, PortError, UserId};
use saaskit_tenants::Tenants;

/// To an account belongs what its user is in workspaces.
#[derive(Debug, Clone)]
pub struct TenantBelongings(pub Tenants);

#[async_trait]
impl Belongings for TenantBelongings {
    async fn plan_leaving(&self, call: &Call, user: UserId) -> Result<Commit, Veto> {
        self.0.plan_leaving(call, user).await.map_err(Veto::new)
    }

    async fn plan_returning(&self, call: &Call, user: UserId) -> Result<Commit, Veto> {
        self.0.plan_returning(call, user).await.map_err(Veto::new)
    }

    async fn plan_forgetting(&self, call: &Call, user: UserId) -> Result<Commit, PortError> {
        self.0.plan_forgetting(call, user).await
    }

    async fn names(&self, user: UserId) -> Result<Vec<Name>, PortError> {
        self.0.names_of(user).await
    }

    fn explain(&self, guard: Guard) -> Option<Veto> {
        Tenants::explain_refusal(guard).map(Veto::new)
    }
}
