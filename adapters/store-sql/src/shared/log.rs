//! What is only ever appended: events and audit entries.

use saaskit_kernel::{Actor, Agent, AuditEntry, ClaimWrite, Event};
use serde_json::{Value, json};
use sqlx::types::Json;

use super::domain::{Apply, Domain};
use super::{Conn, engine};
use crate::Failure;
use crate::migration::Migration;

/// The kernel's own tables: jobs, events, audit, claims, signals.
pub(super) const DOMAIN: Domain = Domain {
    migrations: &[
        Migration {
            domain: "kernel",
            version: 1,
            name: "jobs_events_audit",
            up: up!("kernel/0001_jobs_events_audit"),
        },
        Migration { domain: "kernel", version: 2, name: "jobs_bound", up: up!("kernel/0002_jobs_bound") },
    ],
    tables: saaskit_kernel::archive::TABLES,
    rules: &[],
    known: &[],
    write: |write| write.of::<ClaimWrite>().map(|write| write as &dyn Apply),
};

/// One statement for all of them.
pub(super) async fn insert_events(conn: &mut Conn, events: &[Event]) -> Result<(), Failure> {
    if events.is_empty() {
        return Ok(());
    }
    let rows: Vec<Value> = events.iter().map(event_row).collect();
    let insert = engine::sql(concat!(
        "INSERT INTO kernel_events (id, tenant_id, name, at, payload) SELECT ",
        members!(uuid "id", uuid "tenant", text "name", time "at", json "payload"),
        each!()
    ));
    insert.bind(Json(rows)).execute(conn).await?;
    Ok(())
}

fn event_row(event: &Event) -> Value {
    json!({
        "id": event.id.uuid().to_string(),
        "tenant": event.tenant.map(|tenant| tenant.uuid().to_string()),
        "name": event.name,
        "at": engine::moment(event.at),
        "payload": event.payload,
    })
}

/// One statement for all of them.
pub(super) async fn insert_audit(conn: &mut Conn, entries: &[AuditEntry]) -> Result<(), Failure> {
    if entries.is_empty() {
        return Ok(());
    }
    let rows: Vec<Value> = entries.iter().map(audit_row).collect();
    let insert = engine::sql(concat!(
        "INSERT INTO audit_entries (id, tenant_id, at, actor_kind, actor_id, actor_session, action, risk, outcome,
           resource, before, after, reason, ip, agent, request) SELECT ",
        members!(
            uuid "id", uuid "tenant", time "at", text "actor_kind", text "actor_id", uuid "actor_session",
            text "action", number "risk", text "outcome", text "resource", json "before", json "after",
            text "reason", ip "ip", text "agent", text "request"
        ),
        each!()
    ));
    insert.bind(Json(rows)).execute(conn).await?;
    Ok(())
}

/// What changed is left out where nothing is said, so that it is no JSON null.
fn audit_row(entry: &AuditEntry) -> Value {
    let session = match entry.actor {
        Actor::User(_, session) => Some(session.uuid().to_string()),
        _ => None,
    };
    let mut row = json!({
        "id": entry.id.uuid().to_string(),
        "tenant": entry.tenant.map(|tenant| tenant.uuid().to_string()),
        "at": engine::moment(entry.at),
        "actor_kind": entry.actor.kind(),
        "actor_id": entry.actor.id(),
        "actor_session": session,
        "action": entry.action.name,
        "risk": entry.action.risk,
        "outcome": entry.outcome.as_str(),
        "resource": entry.resource,
        "reason": entry.reason,
        "ip": entry.ip.map(|ip| ip.to_string()),
        "agent": entry.agent.as_ref().map(Agent::as_str),
        "request": entry.request.as_str(),
    });
    for (name, value) in [("before", &entry.before), ("after", &entry.after)] {
        if let Some(value) = value {
            row[name] = value.clone();
        }
    }
    row
}
