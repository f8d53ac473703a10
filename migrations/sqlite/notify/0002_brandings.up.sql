-- A suppression is named by its id where its address has no place: in URLs and in the audit log.
ALTER TABLE notify_suppressions RENAME TO notify_suppressions_before;
CREATE TABLE notify_suppressions (
    address   TEXT    NOT NULL CHECK (address <> ''),
    tenant_id BLOB    NOT NULL CHECK (length(tenant_id) = 16),
    id        BLOB    NOT NULL CHECK (length(id) = 16),
    reason    TEXT    NOT NULL CHECK (reason IN ('bounced', 'complained', 'manual')),
    since     INTEGER NOT NULL,
    PRIMARY KEY (address, tenant_id)
) STRICT, WITHOUT ROWID;
INSERT INTO notify_suppressions (address, tenant_id, id, reason, since)
    SELECT address, tenant_id, randomblob(16), reason, since FROM notify_suppressions_before;
DROP TABLE notify_suppressions_before;
CREATE UNIQUE INDEX notify_suppressions_id ON notify_suppressions (id);

-- What the mails of a workspace look like, if not like the installation's.
CREATE TABLE notify_brandings (
    tenant_id BLOB NOT NULL PRIMARY KEY CHECK (length(tenant_id) = 16),
    name      TEXT NOT NULL CHECK (name <> ''),
    color     TEXT NOT NULL CHECK (color GLOB '#*' AND length(color) = 7),
    logo      TEXT CHECK (logo LIKE 'https://%')
) STRICT, WITHOUT ROWID;
