CREATE TABLE notify_messages (
    id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    tenant_id   BLOB    CHECK (length(tenant_id) = 16),
    recipient   TEXT    NOT NULL,
    locale      TEXT    NOT NULL CHECK (locale <> ''),
    template    TEXT    NOT NULL CHECK (template <> ''),
    category    TEXT    NOT NULL CHECK (category IN ('system', 'transactional', 'product', 'marketing', 'digest')),
    sealed      BLOB,
    status      TEXT    NOT NULL CHECK (status IN ('queued', 'sent', 'suppressed', 'opted_out',
                'failed', 'bounced', 'complained')),
    created_at  INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    provider_id TEXT,
    version     INTEGER NOT NULL CHECK (version >= 1)
) STRICT, WITHOUT ROWID;

-- Addresses no mail is sent to, in their normal form. The tenant is that of nobody (all zeros) where it counts
-- for everybody's mail.
CREATE TABLE notify_suppressions (
    address   TEXT    NOT NULL CHECK (address <> ''),
    tenant_id BLOB    NOT NULL CHECK (length(tenant_id) = 16),
    reason    TEXT    NOT NULL CHECK (reason IN ('bounced', 'complained', 'manual')),
    since     INTEGER NOT NULL,
    PRIMARY KEY (address, tenant_id)
) STRICT, WITHOUT ROWID;

-- What mail is not wanted at an address; the tenant as above, for the installation's own mail.
CREATE TABLE notify_opt_outs (
    address   TEXT NOT NULL CHECK (address <> ''),
    tenant_id BLOB NOT NULL CHECK (length(tenant_id) = 16),
    topic     TEXT NOT NULL CHECK (topic IN ('product', 'marketing', 'digest')),
    PRIMARY KEY (address, tenant_id, topic)
) STRICT, WITHOUT ROWID;

-- Mails and texts of development, kept to be looked at. `seq` is the order they came in.
CREATE TABLE notify_outbox (
    seq       INTEGER PRIMARY KEY,
    id        TEXT    NOT NULL CHECK (id <> ''),
    channel   TEXT    NOT NULL CHECK (channel IN ('email', 'sms')),
    recipient TEXT    NOT NULL,
    subject   TEXT,
    text      TEXT    NOT NULL,
    html      TEXT,
    at        INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX notify_outbox_id ON notify_outbox (id);
CREATE INDEX notify_outbox_newest ON notify_outbox (at, seq);
