use serde_json::Value;
use uuid::{Builder, Uuid};

use crate::{EventId, Job, JobId, TenantId, Timestamp};

/// Something that happened, told by one domain to whoever listens. It carries ids and facts, never secrets.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// `domain.fact` in the past tense: `tenants.tenant_created`.
    pub name: &'static str,
    /// The workspace it happened in, if in one.
    pub tenant: Option<TenantId>,
    /// When.
    pub at: Timestamp,
    /// The facts.
    pub payload: Value,
}

/// One listener: jobs of `kind` are made from events called `event`, with the event's payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subscription {
    /// The event's name.
    pub event: &'static str,
    /// The kind of the job it starts.
    pub job: &'static str,
}

/// Who listens to what. A store is built with them and adds the jobs to the commit that tells the events.
#[derive(Debug, Clone, Default)]
pub struct Subscriptions(Vec<Subscription>);

impl Subscriptions {
    /// From a list.
    pub fn new(subscriptions: impl IntoIterator<Item = Subscription>) -> Self {
        Self(subscriptions.into_iter().collect())
    }

    /// The jobs an event starts. Their ids follow from the event's, so expanding twice gives the same jobs.
    pub fn jobs(&self, event: &Event) -> Vec<Job> {
        let heard = self.0.iter().filter(|subscription| subscription.event == event.name);
        heard
            .map(|subscription| Job {
                id: derived(event.id, subscription.job),
                kind: subscription.job.to_owned(),
                tenant: event.tenant,
                payload: event.payload.clone(),
                due_at: event.at,
            })
            .collect()
    }
}

fn derived(event: EventId, kind: &str) -> JobId {
    use sha2::{Digest, Sha256};
    let digest: [u8; 32] =
        Sha256::new().chain_update(event.uuid().as_bytes()).chain_update(kind).finalize().into();
    let mut bytes = *event.uuid().as_bytes();
    bytes[6..].copy_from_slice(&digest[..10]);
    let uuid: Uuid = Builder::from_custom_bytes(bytes).into_uuid();
    JobId::from_uuid(uuid)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Source;

    #[test]
    fn each_listener_gets_one_job_and_the_same_one_again() {
        let listeners = Subscriptions::new([
            Subscription { event: "tenants.tenant_created", job: "stories.welcome" },
            Subscription { event: "tenants.tenant_created", job: "stories.count" },
            Subscription { event: "auth.user_registered", job: "stories.count" },
        ]);
        let source = Source::system();
        let event = Event {
            id: source.id(),
            name: "tenants.tenant_created",
            tenant: None,
            at: source.now(),
            payload: json!({}),
        };
        let jobs = listeners.jobs(&event);
        assert_eq!(
            jobs.iter().map(|job| job.kind.as_str()).collect::<Vec<_>>(),
            ["stories.welcome", "stories.count"]
        );
        assert_ne!(jobs[0].id, jobs[1].id);
        assert_eq!(listeners.jobs(&event), jobs);
    }
}
