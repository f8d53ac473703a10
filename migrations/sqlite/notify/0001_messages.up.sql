CREATE TABLE notify_messages (
    id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    tenant_id   BLOB    CHECK (length(tenant_id) = 16),
    recipient   TEXT    NOT NULL,
    template    TEXT    NOT NULL CHECK (template <> ''),
    category    TEXT    NOT NULL CHECK (category IN ('system', 'transactional')),
    sealed      BLOB,
    status      TEXT    NOT NULL CHECK (status IN ('queued', 'sent', 'failed')),
    created_at  INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    provider_id TEXT,
    version     INTEGER NOT NULL CHECK (version >= 1)
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
