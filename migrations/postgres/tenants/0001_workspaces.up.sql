CREATE TABLE tenants_tenants (
    id         uuid        NOT NULL PRIMARY KEY,
    slug       text        NOT NULL,
    name       text        NOT NULL,
    status     text        NOT NULL CHECK (status IN ('active', 'suspended', 'deleted')),
    created_at timestamptz NOT NULL,
    version    bigint      NOT NULL CHECK (version >= 1)
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
    version    bigint      NOT NULL CHECK (version >= 1),
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX tenants_memberships_user ON tenants_memberships (tenant_id, user_id);
-- The workspaces of a user: the one question that is asked before a workspace is known.
CREATE INDEX tenants_memberships_of_user ON tenants_memberships (user_id, tenant_id);
ALTER TABLE tenants_memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants_memberships FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON tenants_memberships TO saaskit_app USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY everything ON tenants_memberships TO saaskit_system USING (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON tenants_tenants, tenants_memberships TO saaskit_app, saaskit_system;
