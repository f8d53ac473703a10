saaskit_kernel::tables! {
    tenants_tenants (id: Id) {
        slug: Text, name: Text, status: Text, policy: Json, owners: Number, transfer_from: Id, transfer_to: Id,
        transfer_until: Time, created_at: Time, seats: Number, version: Number,
    }
    tenants_memberships (tenant_id: Id, id: Id) {
        user_id: Id, role: Text, created_at: Time, removed_at: Time, removed_with_account: Flag,
        version: Number,
    }
}
