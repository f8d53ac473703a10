CREATE TABLE tenants_tenants (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    slug       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    status     TEXT    NOT NULL CHECK (status IN ('active', 'suspended', 'deleted')),
    created_at INTEGER NOT NULL,
    version    INTEGER NOT NULL CHECK (version >= 1)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX tenants_tenants_slug ON tenants_tenants (slug);

-- A commit's writes are ordered by what they change, memberships before tenants: the reference is checked at its end.
CREATE TABLE tenants_memberships (
    tenant_id  BLOB    NOT NULL REFERENCES tenants_tenants (id) DEFERRABLE INITIALLY DEFERRED,
    id         BLOB    NOT NULL CHECK (length(id) = 16),
    user_id    BLOB    NOT NULL CHECK (length(user_id) = 16),
    role       TEXT    NOT NULL CHECK (role IN ('member', 'admin', 'owner')),
    created_at INTEGER NOT NULL,
    version    INTEGER NOT NULL CHECK (version >= 1),
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX tenants_memberships_user ON tenants_memberships (tenant_id, user_id);
-- The workspaces of a user: the one question that is asked before a workspace is known.
CREATE INDEX tenants_memberships_of_user ON tenants_memberships (user_id, tenant_id);
