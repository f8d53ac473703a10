CREATE TABLE tenants_tenants (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    slug       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    status     TEXT    NOT NULL CHECK (status IN ('active', 'suspended', 'deleted')),
    policy     TEXT    NOT NULL CHECK (json_valid(policy)),
    -- How many of its members own it: counted here, so that two owners who go at once meet.
    owners     INTEGER NOT NULL CHECK (owners >= 1),
    transfer_from  BLOB CHECK (length(transfer_from) = 16),
    transfer_to    BLOB CHECK (length(transfer_to) = 16),
    transfer_until INTEGER,
    created_at INTEGER NOT NULL,
    version    INTEGER NOT NULL CHECK (version >= 1),
    CHECK ((transfer_from IS NULL) = (transfer_to IS NULL) AND (transfer_to IS NULL) = (transfer_until IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX tenants_tenants_slug ON tenants_tenants (slug);

-- A commit's writes are ordered by what they change, memberships before tenants: the reference is checked at its end.
CREATE TABLE tenants_memberships (
    tenant_id  BLOB    NOT NULL REFERENCES tenants_tenants (id) DEFERRABLE INITIALLY DEFERRED,
    id         BLOB    NOT NULL CHECK (length(id) = 16),
    user_id    BLOB    NOT NULL CHECK (length(user_id) = 16),
    role       TEXT    NOT NULL CHECK (role IN ('member', 'admin', 'owner')),
    created_at INTEGER NOT NULL,
    removed_at INTEGER,
    -- Whether it ended with the account of its user, and comes back with it.
    removed_with_account INTEGER NOT NULL DEFAULT 0 CHECK (removed_with_account IN (0, 1)),
    version    INTEGER NOT NULL CHECK (version >= 1),
    PRIMARY KEY (tenant_id, id),
    CHECK (removed_at IS NOT NULL OR NOT removed_with_account)
) STRICT, WITHOUT ROWID;
-- Once at a time: who was removed may come back.
CREATE UNIQUE INDEX tenants_memberships_user ON tenants_memberships (tenant_id, user_id) WHERE removed_at IS NULL;
-- The workspaces of a user: asked before a workspace is known.
CREATE INDEX tenants_memberships_of_user ON tenants_memberships (user_id, tenant_id) WHERE removed_at IS NULL;
CREATE INDEX tenants_memberships_with_account ON tenants_memberships (user_id, tenant_id) WHERE removed_with_account;
