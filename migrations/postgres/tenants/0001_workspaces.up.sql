CREATE TABLE tenants_tenants (
    id         uuid        NOT NULL PRIMARY KEY,
    slug       text        NOT NULL,
    name       text        NOT NULL,
    status     text        NOT NULL CHECK (status IN ('active', 'suspended', 'deleted')),
    policy     jsonb       NOT NULL,
    -- How many of its members own it: counted here, so that two owners who go at once meet.
    owners     bigint      NOT NULL CHECK (owners >= 1),
    transfer_from  uuid,
    transfer_to    uuid,
    transfer_until timestamptz,
    created_at timestamptz NOT NULL,
    version    bigint      NOT NULL CHECK (version >= 1),
    CHECK (num_nulls(transfer_from, transfer_to, transfer_until) IN (0, 3))
);
CREATE UNIQUE INDEX tenants_tenants_slug ON tenants_tenants (slug);
ALTER TABLE tenants_tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants_tenants FORCE ROW LEVEL SECURITY;
-- The sub-select is evaluated once a statement, not once a row.
CREATE POLICY own ON tenants_tenants TO saaskit_app USING (id = (SELECT current_tenant()));
CREATE POLICY everything ON tenants_tenants TO saaskit_system USING (true);

-- A commit's writes are ordered by what they change, memberships before tenants: the reference is checked at its end.
CREATE TABLE tenants_memberships (
    tenant_id  uuid        NOT NULL REFERENCES tenants_tenants (id) DEFERRABLE INITIALLY DEFERRED,
    id         uuid        NOT NULL,
    user_id    uuid        NOT NULL,
    role       text        NOT NULL CHECK (role IN ('member', 'admin', 'owner')),
    created_at timestamptz NOT NULL,
    removed_at timestamptz,
    -- Whether it ended with the account of its user, and comes back with it.
    removed_with_account boolean NOT NULL DEFAULT false,
    version    bigint      NOT NULL CHECK (version >= 1),
    PRIMARY KEY (tenant_id, id),
    CHECK (removed_at IS NOT NULL OR NOT removed_with_account)
);
-- Once at a time: who was removed may come back.
CREATE UNIQUE INDEX tenants_memberships_user ON tenants_memberships (tenant_id, user_id) WHERE removed_at IS NULL;
-- The workspaces of a user: asked before a workspace is known.
CREATE INDEX tenants_memberships_of_user ON tenants_memberships (user_id, tenant_id) WHERE removed_at IS NULL;
CREATE INDEX tenants_memberships_with_account ON tenants_memberships (user_id, tenant_id) WHERE removed_with_account;
ALTER TABLE tenants_memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants_memberships FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON tenants_memberships TO saaskit_app USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY everything ON tenants_memberships TO saaskit_system USING (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON tenants_tenants, tenants_memberships TO saaskit_app, saaskit_system;
