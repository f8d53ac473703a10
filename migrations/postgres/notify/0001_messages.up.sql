CREATE TABLE notify_messages (
    id          uuid        NOT NULL PRIMARY KEY,
    tenant_id   uuid,
    recipient   text        NOT NULL,
    template    text        NOT NULL CHECK (template <> ''),
    category    text        NOT NULL CHECK (category IN ('system', 'transactional')),
    sealed      bytea,
    status      text        NOT NULL CHECK (status IN ('queued', 'sent', 'failed')),
    created_at  timestamptz NOT NULL,
    changed_at  timestamptz NOT NULL,
    provider_id text,
    version     bigint      NOT NULL CHECK (version >= 1)
);
ALTER TABLE notify_messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE notify_messages FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notify_messages TO saaskit_app
    USING (tenant_id = (SELECT current_tenant()) OR tenant_id IS NULL AND (SELECT in_commit()));
CREATE POLICY everything ON notify_messages TO saaskit_system USING (true);

-- Mails and texts of development, kept to be looked at. `seq` is the order they came in.
CREATE TABLE notify_outbox (
    seq       bigint      NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    id        text        NOT NULL CHECK (id <> ''),
    channel   text        NOT NULL CHECK (channel IN ('email', 'sms')),
    recipient text        NOT NULL,
    subject   text,
    text      text        NOT NULL,
    html      text,
    at        timestamptz NOT NULL
);
CREATE UNIQUE INDEX notify_outbox_id ON notify_outbox (id);
CREATE INDEX notify_outbox_newest ON notify_outbox (at, seq);

GRANT SELECT, INSERT, UPDATE, DELETE ON notify_messages, notify_outbox TO saaskit_app, saaskit_system;
