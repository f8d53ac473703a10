//! What is only ever appended: events and audit entries.

use bson::{Bson, Document, doc};
use saaskit_kernel::{Actor, Agent, AuditEntry, ClaimWrite, Event};

use crate::Failure;
use crate::domain::{Apply, Domain};
use crate::migrate::Migration;
use crate::row;
use crate::tx::Tx;

/// The kernel's own collections: jobs, events, audit, claims, signals.
pub(crate) const DOMAIN: Domain = Domain {
    migrations: &[Migration {
        domain: "kernel",
        version: 1,
        name: "jobs_events_audit",
        up: up!("kernel/0001_jobs_events_audit"),
    }],
    tables: saaskit_kernel::archive::TABLES,
    rules: &[],
    known: &[],
    write: |write| write.of::<ClaimWrite>().map(|write| write as &dyn Apply),
};

/// One statement for all of them.
pub(crate) async fn insert_events(tx: &mut Tx<'_>, events: &[Event]) -> Result<(), Failure> {
    tx.insert_all("kernel_events", events.iter().map(event_row).collect()).await
}

fn event_row(event: &Event) -> Document {
    doc! {
        "_id": row::id(event.id),
        "tenant_id": row::maybe_id(event.tenant),
        "name": event.name,
        "at": row::time(event.at),
        "payload": row::json(&event.payload),
    }
}

/// One statement for all of them.
pub(crate) async fn insert_audit(tx: &mut Tx<'_>, entries: &[AuditEntry]) -> Result<(), Failure> {
    tx.insert_all("audit_entries", entries.iter().map(audit_row).collect()).await
}

fn audit_row(entry: &AuditEntry) -> Document {
    let session = match entry.actor {
        Actor::User(_, session) => row::id(session),
        _ => Bson::Null,
    };
    doc! {
        "_id": row::id(entry.id),
        "tenant_id": row::maybe_id(entry.tenant),
        "at": row::time(entry.at),
        "actor_kind": entry.actor.kind(),
        "actor_id": entry.actor.id(),
        "actor_session": session,
        "action": entry.action.name,
        "risk": i64::from(entry.action.risk),
        "outcome": entry.outcome.as_str(),
        "resource": row::maybe_text(entry.resource.as_deref()),
        "before": entry.before.as_ref().map_or(Bson::Null, row::json),
        "after": entry.after.as_ref().map_or(Bson::Null, row::json),
        "reason": row::maybe_text(entry.reason.as_deref()),
        "ip": entry.ip.map(|ip| ip.to_string()),
        "agent": row::maybe_text(entry.agent.as_ref().map(Agent::as_str)),
        "request": entry.request.as_str(),
    }
}
