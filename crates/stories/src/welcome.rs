use std::error::Error;

use async_trait::async_trait;
use saaskit_auth::Auth;
use saaskit_kernel::{
    Attempt, Call, Commit, ErrorKind, Fault, Handler, HandlerError, Job, Kind, PortError, Subscription,
    TenantId, UserId,
};
use saaskit_notify::{Category, NewMessage, Notify, Template, Values};
use saaskit_tenants::Tenants;
use serde::Deserialize;

use crate::Links;
use crate::letters::{named, plan};

const KIND: &str = "stories.welcome";

/// A workspace's owner is welcomed when it was made.
pub(crate) const ON_TENANT_CREATED: Subscription =
    Subscription { event: saaskit_tenants::event::TENANT_CREATED, job: KIND };

/// Welcomes the owner of a new workspace by mail.
#[derive(Debug, Clone)]
pub struct Welcome {
    /// Who the owner is.
    pub auth: Auth,
    /// Which workspace it is.
    pub tenants: Tenants,
    /// Who writes.
    pub notify: Notify,
    /// Where the link leads.
    pub links: Links,
}

#[derive(Deserialize)]
struct Payload {
    tenant: TenantId,
    owner: UserId,
}

#[async_trait]
impl Handler for Welcome {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn handle(&self, _: &Call, job: &Job, _: Attempt) -> Result<Commit, HandlerError> {
        let Payload { tenant, owner } = serde_json::from_value(job.payload.clone())
            .map_err(|_| HandlerError::Never("the payload can't be read"))?;
        let owner = self.auth.user(owner).await.map_err(again)?;
        let tenant = self.tenants.tenant(tenant).await.map_err(again)?;
        let (Some(owner), Some(tenant)) = (owner, tenant) else { return Ok(Commit::new()) };
        let values = Values::from([
            named(&owner),
            ("tenant".to_owned(), tenant.name.to_string()),
            ("link".to_owned(), self.links.home()),
        ]);
        let message = NewMessage {
            tenant: Some(tenant.id),
            to: owner.email,
            locale: owner.locale,
            template: Template::Welcome,
            category: Category::Transactional,
            values,
        };
        Ok(plan(&self.notify, message).await?)
    }
}

/// What a domain could not read now, the worker tries again; a bug it does not.
pub(crate) fn again(fault: impl Fault) -> HandlerError {
    let kind =
        if fault.code().kind() == Kind::Unavailable { ErrorKind::Unavailable } else { ErrorKind::Unexpected };
    PortError::new(kind, "stories").because(Box::new(fault) as Box<dyn Error + Send + Sync>).into()
}
