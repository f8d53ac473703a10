CREATE TABLE notify_messages (
    id          uuid        NOT NULL PRIMARY KEY,
    tenant_id   uuid,
    recipient   text        NOT NULL,
    locale      text        NOT NULL CHECK (locale <> ''),
    template    text        NOT NULL CHECK (template <> ''),
    category    text        NOT NULL CHECK (category IN ('system', 'transactional', 'product', 'marketing', 'digest')),
    sealed      bytea,
    status      text        NOT NULL CHECK (status IN ('queued', 'sent', 'suppressed', 'opted_out',
                'failed', 'bounced', 'complained')),
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

-- Addresses no mail is sent to, in their normal form. The tenant is that of nobody (all zeros) where it counts
-- for everybody's mail.
CREATE TABLE notify_suppressions (
    address   text        NOT NULL CHECK (address <> ''),
    tenant_id uuid        NOT NULL,
    reason    text        NOT NULL CHECK (reason IN ('bounced', 'complained', 'manual')),
    since     timestamptz NOT NULL,
    PRIMARY KEY (address, tenant_id)
);
ALTER TABLE notify_suppressions ENABLE ROW LEVEL SECURITY;
ALTER TABLE notify_suppressions FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notify_suppressions TO saaskit_app USING (
    tenant_id = (SELECT current_tenant())
    OR tenant_id = '00000000-0000-0000-0000-000000000000' AND (SELECT in_commit()));
CREATE POLICY everything ON notify_suppressions TO saaskit_system USING (true);

-- What mail is not wanted at an address; the tenant as above, for the installation's own mail.
CREATE TABLE notify_opt_outs (
    address   text NOT NULL CHECK (address <> ''),
    tenant_id uuid NOT NULL,
    topic     text NOT NULL CHECK (topic IN ('product', 'marketing', 'digest')),
    PRIMARY KEY (address, tenant_id, topic)
);
ALTER TABLE notify_opt_outs ENABLE ROW LEVEL SECURITY;
ALTER TABLE notify_opt_outs FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notify_opt_outs TO saaskit_app USING (
    tenant_id = (SELECT current_tenant())
    OR tenant_id = '00000000-0000-0000-0000-000000000000' AND (SELECT in_commit()));
CREATE POLICY everything ON notify_opt_outs TO saaskit_system USING (true);

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

GRANT SELECT, INSERT, UPDATE, DELETE ON notify_messages, notify_suppressions, notify_opt_outs, notify_outbox
    TO saaskit_app, saaskit_system;
