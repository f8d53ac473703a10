crate::tables! {
    work_jobs (id: Id) {
        tenant_id: Id, kind: Text, payload: Json, due_at: Time, next_at: Time, ready: Flag, leased: Flag,
        attempt: Number, excused: Number, buried_at: Time, why: Text,
    }
    kernel_events (id: Id) { tenant_id: Id, name: Text, at: Time, payload: Json }
    audit_entries (id: Id) {
        tenant_id: Id, at: Time, actor_kind: Text, actor_id: Text, actor_session: Id, action: Text, risk: Number,
        outcome: Text, resource: Text, before: Json, after: Json, reason: Text, ip: Ip, agent: Text, request: Text,
    }
    kernel_claims (key: Bytes) {
        fingerprint: Bytes, maker: Bytes, at: Time, until: Time, status: Number, headers: Json, body: Bytes,
    }
    kernel_signals (name: Text, subject: Text, number: Number, until: Time) {}
}
