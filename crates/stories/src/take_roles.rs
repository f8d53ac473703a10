use async_trait::async_trait;
use saaskit_auth::Auth;
use saaskit_kernel::{Attempt, Call, Commit, Handler, HandlerError, Job, Subscription, TenantId, UserId};
use serde::Deserialize;

use crate::welcome::again;

const KIND: &str = "stories.take_roles";

/// Whose membership ended has no roles in the workspace any more, also after coming back.
pub(crate) const ON_MEMBERSHIP_ENDED: [Subscription; 2] = [
    Subscription { event: saaskit_tenants::event::MEMBER_REMOVED, job: KIND },
    Subscription { event: saaskit_tenants::event::MEMBER_LEFT, job: KIND },
];

/// Takes the roles that a member was given when the membership ends.
#[derive(Debug, Clone)]
pub struct TakeRoles(pub Auth);

#[derive(Deserialize)]
struct Payload {
    tenant: TenantId,
    user: UserId,
}

#[async_trait]
impl Handler for TakeRoles {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn handle(&self, call: &Call, job: &Job, _: Attempt) -> Result<Commit, HandlerError> {
        let Payload { tenant, user } = serde_json::from_value(job.payload.clone())
            .map_err(|_| HandlerError::Never("the payload can't be read"))?;
        self.0.plan_taking_roles(call, user, tenant).await.map_err(again)
    }
}
