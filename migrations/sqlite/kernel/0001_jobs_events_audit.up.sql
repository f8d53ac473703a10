-- Work to be done. `ready` jobs can be claimed now; the others come back at `next_at`: leased, put off or due later.
CREATE TABLE work_jobs (
    id        BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    tenant_id BLOB    CHECK (length(tenant_id) = 16),
    -- Whose turn it is counted as; jobs of no tenant share one.
    lane      BLOB    NOT NULL GENERATED ALWAYS AS (coalesce(tenant_id, x'00000000000000000000000000000000')) STORED,
    kind      TEXT    NOT NULL CHECK (kind <> ''),
    payload   TEXT    NOT NULL CHECK (json_valid(payload)),
    due_at    INTEGER NOT NULL,
    next_at   INTEGER NOT NULL,
    ready     INTEGER NOT NULL DEFAULT 0 CHECK (ready IN (0, 1)),
    leased    INTEGER NOT NULL DEFAULT 0 CHECK (leased IN (0, 1)),
    attempt   INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    excused   INTEGER NOT NULL DEFAULT 0 CHECK (excused BETWEEN 0 AND attempt),
    buried_at INTEGER,
    why       TEXT,
    CHECK (ready + leased + (buried_at IS NOT NULL) <= 1)
) STRICT, WITHOUT ROWID;
CREATE INDEX work_jobs_ready ON work_jobs (lane, next_at, id) WHERE ready;
CREATE INDEX work_jobs_wake ON work_jobs (next_at) WHERE NOT ready AND buried_at IS NULL;

-- What happened.
CREATE TABLE kernel_events (
    id        BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    tenant_id BLOB    CHECK (length(tenant_id) = 16),
    name      TEXT    NOT NULL CHECK (name <> ''),
    at        INTEGER NOT NULL,
    payload   TEXT    NOT NULL CHECK (json_valid(payload))
) STRICT, WITHOUT ROWID;
CREATE INDEX kernel_events_tenant ON kernel_events (tenant_id, id);

-- Who did what: appended in the commit of the act. `seq` is the order of the commits.
CREATE TABLE audit_entries (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    id            BLOB    NOT NULL CHECK (length(id) = 16),
    tenant_id     BLOB    CHECK (length(tenant_id) = 16),
    at            INTEGER NOT NULL,
    actor_kind    TEXT    NOT NULL,
    actor_id      TEXT,
    actor_session BLOB    CHECK (length(actor_session) = 16),
    action        TEXT    NOT NULL,
    risk          INTEGER NOT NULL CHECK (risk BETWEEN 0 AND 100),
    outcome       TEXT    NOT NULL CHECK (outcome IN ('success', 'refused')),
    resource      TEXT,
    before        TEXT    CHECK (json_valid(before)),
    after         TEXT    CHECK (json_valid(after)),
    reason        TEXT,
    ip            TEXT,
    agent         TEXT,
    request       TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX audit_entries_id ON audit_entries (id);
CREATE INDEX audit_entries_tenant ON audit_entries (tenant_id, seq);

CREATE TRIGGER audit_entries_are_never_changed BEFORE UPDATE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'audit entries are only appended');
END;
CREATE TRIGGER audit_entries_are_never_removed BEFORE DELETE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'audit entries are only appended');
END;

-- Requests that have one effect, by a hash of who sent them and their key, with the answer to be given again.
CREATE TABLE kernel_claims (
    key         BLOB    NOT NULL PRIMARY KEY CHECK (length(key) = 32),
    fingerprint BLOB    NOT NULL CHECK (length(fingerprint) = 32),
    maker       BLOB    NOT NULL CHECK (length(maker) = 16),
    at          INTEGER NOT NULL,
    until       INTEGER NOT NULL,
    status      INTEGER,
    headers     TEXT    CHECK (json_valid(headers)),
    body        BLOB,
    CHECK ((status IS NULL) + (headers IS NULL) + (body IS NULL) IN (0, 3))
) STRICT;
CREATE INDEX kernel_claims_until ON kernel_claims (until);

-- What every node has to hear. `n` is the order of the commits, and is never given again.
CREATE TABLE kernel_signals (
    n       INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT    NOT NULL CHECK (name <> ''),
    subject TEXT    NOT NULL,
    number  INTEGER NOT NULL,
    until   INTEGER NOT NULL
) STRICT;
CREATE INDEX kernel_signals_until ON kernel_signals (until);
