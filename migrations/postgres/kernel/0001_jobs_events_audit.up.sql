-- The tenant a statement acts for; '' is what a connection answers that was used before.
CREATE FUNCTION current_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.tenant', true), '')::uuid;
-- Commits, and only they, also touch rows that are no tenant's.
CREATE FUNCTION in_commit() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('app.commit', true), '') = 'on';

-- Work to be done. `ready` jobs can be claimed now; the others come back at `next_at`: leased, put off or due
-- later. Read by workers before any tenant is known: no row-level security.
CREATE TABLE work_jobs (
    id        uuid        NOT NULL PRIMARY KEY,
    tenant_id uuid,
    -- Whose turn it is counted as; jobs of no tenant share one.
    lane      uuid        NOT NULL GENERATED ALWAYS AS (coalesce(tenant_id, '00000000-0000-0000-0000-000000000000')) STORED,
    kind      text        NOT NULL CHECK (kind <> ''),
    payload   jsonb       NOT NULL,
    due_at    timestamptz NOT NULL,
    next_at   timestamptz NOT NULL,
    ready     boolean     NOT NULL DEFAULT false,
    leased    boolean     NOT NULL DEFAULT false,
    attempt   bigint      NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    excused   bigint      NOT NULL DEFAULT 0 CHECK (excused BETWEEN 0 AND attempt),
    buried_at timestamptz,
    why       text,
    CHECK (ready::integer + leased::integer + (buried_at IS NOT NULL)::integer <= 1)
);
CREATE INDEX work_jobs_ready ON work_jobs (lane, next_at, id) WHERE ready;
CREATE INDEX work_jobs_wake ON work_jobs (next_at) WHERE NOT ready AND buried_at IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON work_jobs TO saaskit_app, saaskit_system;

-- What happened.
CREATE TABLE kernel_events (
    id        uuid        NOT NULL PRIMARY KEY,
    tenant_id uuid,
    name      text        NOT NULL CHECK (name <> ''),
    at        timestamptz NOT NULL,
    payload   jsonb       NOT NULL
);
CREATE INDEX kernel_events_tenant ON kernel_events (tenant_id, id);
ALTER TABLE kernel_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel_events FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON kernel_events FOR SELECT TO saaskit_app USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY appended ON kernel_events FOR INSERT TO saaskit_app
    WITH CHECK (tenant_id = (SELECT current_tenant()) OR tenant_id IS NULL AND (SELECT in_commit()));
CREATE POLICY everything ON kernel_events TO saaskit_system USING (true);
GRANT SELECT, INSERT ON kernel_events TO saaskit_app, saaskit_system;

-- Who did what: appended in the commit of the act. `xid` orders the entries by commit: those below
-- pg_snapshot_xmin(pg_current_snapshot()) are complete.
CREATE TABLE audit_entries (
    id            uuid        NOT NULL PRIMARY KEY,
    xid           xid8        NOT NULL DEFAULT pg_current_xact_id(),
    tenant_id     uuid,
    at            timestamptz NOT NULL,
    actor_kind    text        NOT NULL,
    actor_id      text,
    actor_session uuid,
    action        text        NOT NULL,
    risk          smallint    NOT NULL CHECK (risk BETWEEN 0 AND 100),
    outcome       text        NOT NULL CHECK (outcome IN ('success', 'refused')),
    resource      text,
    before        jsonb,
    after         jsonb,
    reason        text,
    ip            inet,
    agent         text,
    request       text        NOT NULL
);
CREATE INDEX audit_entries_order ON audit_entries (xid, id);
CREATE INDEX audit_entries_tenant ON audit_entries (tenant_id, id);
ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_entries FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON audit_entries FOR SELECT TO saaskit_app USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY appended ON audit_entries FOR INSERT TO saaskit_app
    WITH CHECK (tenant_id = (SELECT current_tenant()) OR tenant_id IS NULL AND (SELECT in_commit()));
CREATE POLICY everything ON audit_entries TO saaskit_system USING (true);
GRANT SELECT, INSERT ON audit_entries TO saaskit_app, saaskit_system;

-- Requests that have one effect, by a hash of who sent them and their key, with the answer to be given again. The
-- answers may be anybody's: only commits see them, and who asks for one beyond any tenant.
CREATE TABLE kernel_claims (
    key         bytea       NOT NULL PRIMARY KEY CHECK (length(key) = 32),
    fingerprint bytea       NOT NULL CHECK (length(fingerprint) = 32),
    maker       bytea       NOT NULL CHECK (length(maker) = 16),
    at          timestamptz NOT NULL,
    until       timestamptz NOT NULL,
    status      bigint,
    headers     jsonb,
    body        bytea,
    CHECK (num_nulls(status, headers, body) IN (0, 3))
);
CREATE INDEX kernel_claims_until ON kernel_claims (until);
ALTER TABLE kernel_claims ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel_claims FORCE ROW LEVEL SECURITY;
CREATE POLICY committed ON kernel_claims TO saaskit_app USING ((SELECT in_commit()));
CREATE POLICY everything ON kernel_claims TO saaskit_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON kernel_claims TO saaskit_app, saaskit_system;

-- What every node has to hear, of no tenant. `xid` is the transaction that told it: a snapshot sees what was told by
-- all below its xmin, and whoever asks again from there on misses nothing.
CREATE TABLE kernel_signals (
    n       bigint      NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    xid     xid8        NOT NULL DEFAULT pg_current_xact_id(),
    name    text        NOT NULL CHECK (name <> ''),
    subject text        NOT NULL,
    number  bigint      NOT NULL,
    until   timestamptz NOT NULL
);
CREATE INDEX kernel_signals_order ON kernel_signals (xid);
CREATE INDEX kernel_signals_until ON kernel_signals (until);
GRANT INSERT ON kernel_signals TO saaskit_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON kernel_signals TO saaskit_system;
