DROP TABLE notify_brandings;
ALTER TABLE notify_suppressions RENAME TO notify_suppressions_after;
CREATE TABLE notify_suppressions (
    address   TEXT    NOT NULL CHECK (address <> ''),
    tenant_id BLOB    NOT NULL CHECK (length(tenant_id) = 16),
    reason    TEXT    NOT NULL CHECK (reason IN ('bounced', 'complained', 'manual')),
    since     INTEGER NOT NULL,
    PRIMARY KEY (address, tenant_id)
) STRICT, WITHOUT ROWID;
INSERT INTO notify_suppressions SELECT address, tenant_id, reason, since FROM notify_suppressions_after;
DROP TABLE notify_suppressions_after;
DELETE FROM saaskit_migrations WHERE domain = 'notify' AND version = 2;
