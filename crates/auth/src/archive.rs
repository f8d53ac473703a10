saaskit_kernel::tables! {
    auth_users (id: Id) {
        email: Text, email_normal: Text, name: Text, name_normal: Text, locale: Text, password: Text,
        verified_at: Time, status: Text, super_admin: Flag, epoch: Number, created_at: Time, erase_at: Time,
        barred_at: Time, version: Number,
    }
    auth_sessions (id: Id) {
        user_id: Id, epoch: Number, method: Text, created_at: Time, authenticated_at: Time, seen_at: Time,
        expires_at: Time, ended_at: Time, warned_at: Time, acts_in: Id, cookie: Bytes, ip: Ip, agent: Text,
    }
    auth_refresh_tokens (hash: Bytes) {
        session_id: Id, number: Number, created_at: Time, expires_at: Time, rotated_at: Time, client: Bytes,
        nonce: Bytes,
    }
    auth_tokens (hash: Bytes) {
        user_id: Id, purpose: Text, outlives: Flag, epoch: Number, created_at: Time, expires_at: Time,
        redeemed_at: Time, address: Text, password: Text,
    }
    auth_attempts (key: Bytes) {
        account: Bytes, tries: Json, tried_at: Time, in_row: Number, locks: Number, locked_until: Time,
        version: Number,
    }
    auth_roles (id: Id) {
        tenant_id: Id, name: Text, name_normal: Text, permissions: Json, created_at: Time, version: Number,
    }
    auth_assignments (user_id: Id, role_id: Id) { tenant_id: Id }
    auth_signing_keys (id: Id) {
        number: Number, algorithm: Text, private: Bytes, public: Json, created_at: Time, signs_from: Time,
    }
    auth_installation (one: Flag) { secret: Bytes, set_up_at: Time, operators: Number }
}
