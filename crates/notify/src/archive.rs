saaskit_kernel::tables! {
    notify_messages (id: Id) {
        tenant_id: Id, recipient: Text, locale: Text, template: Text, category: Text, sealed: Bytes, status: Text,
        created_at: Time, changed_at: Time, provider_id: Text, version: Number,
    }
    notify_suppressions (address: Text, tenant_id: Id) { id: Id, reason: Text, since: Time }
    notify_opt_outs (address: Text, tenant_id: Id, topic: Text) {}
    notify_brandings (tenant_id: Id) { name: Text, color: Text, logo: Text }
    notify_outbox (id: Text) { channel: Text, recipient: Text, subject: Text, text: Text, html: Text, at: Time }
}
